#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "CLinux.h"

// As many descriptors as the databases may have clients: programs begin with the 1,024 that select(2) can count.
static void raise_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    rlim_t enough = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
    if (limit.rlim_cur >= enough)
        return;
    limit.rlim_cur = enough;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int64_t clinux_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return -errno;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        limit.rlim_cur = before;
    return limit.rlim_cur > INT32_MAX ? INT32_MAX : (int64_t)limit.rlim_cur;
}

// In the child, between fork and exec: only what is safe after a fork of a process with many threads.
static void become(const char *path, char *const *arguments, char *const *environment, int input, int output,
                   int death_signal, pid_t parent, int report) {
    struct sigaction standard = { .sa_handler = SIG_DFL };
    for (int signal = 1; signal < NSIG; signal++)
        sigaction(signal, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    raise_descriptors();
    if (input < 0)
        input = open("/dev/null", O_RDONLY);
    // The report's descriptor moves out of the way of those that are closed.
    if (setsid() >= 0 && prctl(PR_SET_PDEATHSIG, death_signal) == 0 && input >= 0 && dup2(input, 0) >= 0
        && dup2(output, 1) >= 0 && dup2(output, 2) >= 0 && dup3(report, 3, O_CLOEXEC) >= 0) {
        report = 3;
        syscall(SYS_close_range, 4, ~0U, 0);
        // The parent may have died before the kernel was told to watch it.
        if (getppid() == parent)
            execve(path, arguments, environment);
        else
            errno = ESRCH;
    }
    int error = errno;
    ssize_t ignored = write(report, &error, sizeof error);
    (void)ignored;
    _exit(127);
}

int clinux_memory_file(const char *name) {
    int descriptor = memfd_create(name, MFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_spawn(const char *path, char *const *arguments, char *const *environment, int input, int output,
                 int death_signal) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0)
        return -errno;
    sigset_t all, before;
    sigfillset(&all);
    pid_t parent = getpid();
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child == 0)
        become(path, arguments, environment, input, output, death_signal, parent, report[1]);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (child < 0) {
        close(report[0]);
        return -error;
    }
    // Closed by a successful exec; else the reason comes.
    ssize_t length;
    do
        length = read(report[0], &error, sizeof error);
    while (length < 0 && errno == EINTR);
    close(report[0]);
    if (length == (ssize_t)sizeof error) {
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
        }
        return -error;
    }
    return child;
}
