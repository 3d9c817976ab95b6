// jpeglib.h needs FILE and size_t to be there before it.
#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>
