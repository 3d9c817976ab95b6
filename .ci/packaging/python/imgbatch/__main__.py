"""python -m imgbatch: the program itself takes over this process."""

import os
import sys

from .run import find_program

program = find_program()
os.execv(program, [program, *sys.argv[1:]])
