#pragma once
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sys/syscall.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <signal.h>
#include <pthread.h>
#include <sched.h>

/* Variadic in C, hence out of Swift's reach. */
static inline int apus_die_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, (unsigned long)signal, 0, 0, 0); }
static inline int apus_name_thread(const char *name) { return prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0); }
// epoll_event carries its data in a union, which Swift sees only as a pointer.
static inline int apus_epoll_ctl(int epoll, int operation, int descriptor, unsigned int events, unsigned long long data) {
    struct epoll_event event = { .events = events, .data = { .u64 = data } };
    return epoll_ctl(epoll, operation, descriptor, &event);
}

#include "spawn.h"
