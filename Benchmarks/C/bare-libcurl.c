/* The floor of the check bench: what a check costs when a program does nothing else than call libcurl.
 *
 *   bare-libcurl URL CHECKS_PER_SECOND SECONDS
 *
 * One thread, epoll, curl_multi_socket_action, a fresh connection for each check, easy handles used again.
 * Prints how many checks ended, how many of them failed, and the CPU time of the process in microseconds.
 */
#include <curl/curl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

enum { most = 4096 };

static int poll_descriptor;
static int64_t deadline = -1;
static CURL *idle[most];
static int idle_count;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static int64_t cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known) {
    (void)easy;
    CURLM *multi = context;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(poll_descriptor, EPOLL_CTL_DEL, socket, NULL);
        curl_multi_assign(multi, socket, NULL);
        return 0;
    }
    struct epoll_event event = {.data.fd = socket};
    if (what & CURL_POLL_IN) event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
    epoll_ctl(poll_descriptor, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
    curl_multi_assign(multi, socket, multi);
    return 0;
}

static int on_timer(CURLM *multi, long milliseconds, void *context) {
    (void)multi;
    (void)context;
    deadline = milliseconds < 0 ? -1 : now() + milliseconds * 1000;
    return 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    (void)context;
    return size * count;
}

static CURL *make(const char *url) {
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 8000L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    return easy;
}

int main(int count, char **arguments) {
    if (count != 4) {
        fprintf(stderr, "usage: bare-libcurl URL CHECKS_PER_SECOND SECONDS\n");
        return 64;
    }
    const double rate = atof(arguments[2]);
    const int64_t duration = (int64_t)(atof(arguments[3]) * 1e6);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    poll_descriptor = epoll_create1(0);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, multi);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);

    static struct epoll_event events[512];
    int64_t started = 0, ended = 0, failed = 0;
    int running = 0;
    const int64_t begin = now(), cpu_before = cpu();
    while (now() - begin < duration || running > 0) {
        const int64_t time = now();
        /* Planned times a millisecond apart at the least, as a timer wheel has them. */
        const int64_t passed = (time - begin) / 1000;
        int64_t due = time - begin < duration ? (int64_t)((double)passed * rate / 1000) : started;
        for (; started < due && running < most; started++, running++)
            curl_multi_add_handle(multi, idle_count > 0 ? idle[--idle_count] : make(arguments[1]));
        int64_t wait = begin + (passed + 1) * 1000 - time;
        if (deadline >= 0 && deadline - time < wait) wait = deadline - time;
        int ready = epoll_wait(poll_descriptor, events, 512, wait <= 0 ? 0 : (int)((wait + 999) / 1000));
        int active;
        for (int i = 0; i < ready; i++) {
            int what = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                       (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                       (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
            curl_multi_socket_action(multi, events[i].data.fd, what, &active);
        }
        if (deadline >= 0 && now() >= deadline) {
            deadline = -1;
            curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &active);
        }
        CURLMsg *message;
        int left;
        while ((message = curl_multi_info_read(multi, &left)) != NULL) {
            CURL *easy = message->easy_handle;
            const CURLcode code = message->data.result;
            long status = 0;
            curl_off_t connect = 0, first = 0, total = 0;
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connect);
            curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &first);
            curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &total);
            if (code != CURLE_OK || status != 200) failed++;
            curl_multi_remove_handle(multi, easy);
            idle[idle_count++] = easy;
            running--;
            ended++;
        }
    }
    printf("%lld %lld %lld\n", (long long)ended, (long long)failed, (long long)(cpu() - cpu_before));
    return 0;
}
