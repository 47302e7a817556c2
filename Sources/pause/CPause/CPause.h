// What `pause` needs of libc. Embedded Swift has no Glibc overlay, and signal sets are macros and unions there.
#pragma once
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
