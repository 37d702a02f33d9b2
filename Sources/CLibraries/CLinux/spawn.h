// Starting a child process: what posix_spawn can't do is to tie its life to ours and to change its user.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct linux_spawn_request {
    const char *path;       // absolute
    char *const *arguments; // ends with NULL; the first is the program's name
    char *const *environment;
    const char *directory; // NULL: the parent's
    int input;             // descriptors of the child's streams
    int output;
    int error;
    int own_group;    // 1: leader of a new process group
    int death_signal; // sent when the thread that starts the child ends; 0: none
    int change_user;  // 1: become `user` and `group`, keeping only the right to pass file permissions
    uid_t user;
    gid_t group;
};

// A pipe that no other child inherits.
static inline int linux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

// Runs between fork and exec: async-signal-safe calls only. Returns when something failed.
static inline void linux_spawn_child(const struct linux_spawn_request *request, pid_t parent) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < 65; number++) sigaction(number, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    if (request->own_group && setpgid(0, 0) != 0) return;
    // Copied above the first three, so that no copy overwrites one that is still needed.
    int input = fcntl(request->input, F_DUPFD_CLOEXEC, 3);
    int output = fcntl(request->output, F_DUPFD_CLOEXEC, 3);
    int error = fcntl(request->error, F_DUPFD_CLOEXEC, 3);
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(error, 2) < 0) return;
    syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);

    if (request->change_user) {
        if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return;
        if (setgroups(0, NULL) != 0 || setgid(request->group) != 0 || setuid(request->user) != 0) return;
        unsigned rights = 1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH;
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct data[2] = {{rights, rights, rights}, {0, 0, 0}};
        // Without these rights (a container that dropped them) the child sees what its user may see.
        if (syscall(SYS_capset, &header, data) == 0) {
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0);
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0);
        }
    }
    if (request->directory && chdir(request->directory) != 0) return;
    // After the change of user, which clears it.
    if (request->death_signal) {
        if (prctl(PR_SET_PDEATHSIG, request->death_signal, 0, 0, 0) != 0) return;
        if (getppid() != parent) _exit(125);
    }
    execve(request->path, request->arguments, request->environment);
}

// Starts the program; returns its pid, or -1 with errno set, then nothing runs.
static inline pid_t linux_spawn(const struct linux_spawn_request *request) {
    int report[2];
    if (linux_pipe(report) != 0) return -1;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        linux_spawn_child(request, parent);
        int failure = errno;
        (void)!write(report[1], &failure, sizeof failure);
        _exit(127);
    }
    int failure = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (child > 0) {
        ssize_t count;
        do count = read(report[0], &failure, sizeof failure);
        while (count < 0 && errno == EINTR);
        if (count == 0) failure = 0;
        else while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    }
    close(report[0]);
    if (child > 0 && failure == 0) return child;
    errno = failure;
    return -1;
}
