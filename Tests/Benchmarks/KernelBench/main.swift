// Times one kernel alone, on one thread, and prints JSON for the comparisons in Tests/Benchmarks.

import Glibc

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "resize"?: try benchResampler(arguments.dropFirst().compactMap { Int($0) })
case "encode"?:
  try benchEncoders(runs: arguments.dropFirst().first.flatMap { Int($0) } ?? 0, Array(arguments.dropFirst(2)))
default: endWithUsage()
}

func endWithUsage() -> Never {
  print(
    """
    usage: kernel-bench resize width height channels output-width output-height [runs] [depth]
           kernel-bench encode runs FILE.png...
    """)
  exit(2)
}

/// The processor time of this thread, in microseconds.
func threadMicroseconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}
