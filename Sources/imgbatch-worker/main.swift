// The worker of `--mode processes`. It is started by imgbatch with a socket as standard input and is of no use by hand.
import Batch
import Glibc

exit(Worker.serve(descriptor: 0) ? 0 : 70)
