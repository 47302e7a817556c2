#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <net/if.h>
#include <linux/sockios.h>
#include "CLinux.h"

// A thread that enters a namespace and dies there. Signals stay with the other threads: a handler must never run in it.

struct errand {
    int netns;
    int (*body)(void *);
    void *context;
    int result;
};

static void *run_errand(void *argument) {
    struct errand *errand = argument;
    if (errand->netns >= 0 && setns(errand->netns, CLONE_NEWNET) < 0)
        errand->result = -errno;
    else
        errand->result = errand->body(errand->context);
    return NULL;
}

int clinux_in_namespace(int netns, int (*body)(void *), void *context) {
    struct errand errand = { .netns = netns, .body = body, .context = context };
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, NULL, run_errand, &errand);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error)
        return -error;
    pthread_join(thread, NULL);
    return errand.result;
}

static int unshare_and_open(void *context) {
    (void)context;
    if (unshare(CLONE_NEWNET) < 0)
        return -errno;
    int descriptor = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_new_namespace(void) { return clinux_in_namespace(-1, unshare_and_open, NULL); }

// Netlink.

static int set_option(int descriptor, int option) {
    int on = 1;
    return setsockopt(descriptor, SOL_NETLINK, option, &on, sizeof on);
}

struct netlink_kind {
    int protocol;
    uint32_t groups;
};

static int open_netlink(void *context) {
    struct netlink_kind *kind = context;
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, kind->protocol);
    if (descriptor < 0)
        return -errno;
    struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = kind->groups };
    // The strict check is missing before Linux 4.20: dumps are then longer than asked for, and filtered by who asks.
    set_option(descriptor, NETLINK_GET_STRICT_CHK);
    if (set_option(descriptor, NETLINK_EXT_ACK) < 0 || set_option(descriptor, NETLINK_CAP_ACK) < 0
        || bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

static int netlink_socket(int netns, struct netlink_kind kind) {
    return netns < 0 ? open_netlink(&kind) : clinux_in_namespace(netns, open_netlink, &kind);
}

int clinux_netlink_socket(int netns, int protocol) {
    return netlink_socket(netns, (struct netlink_kind){ .protocol = protocol });
}

int clinux_netlink_subscribe(int netns, uint32_t groups) {
    return netlink_socket(netns, (struct netlink_kind){ .protocol = NETLINK_ROUTE, .groups = groups });
}

int64_t clinux_netlink_port(int descriptor) {
    struct sockaddr_nl address;
    socklen_t length = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) < 0)
        return -errno;
    return address.nl_pid;
}

int64_t clinux_netlink_receive(int descriptor, void *buffer, uint64_t capacity, uint32_t *sender) {
    struct sockaddr_nl address;
    struct iovec vector = { .iov_base = buffer, .iov_len = capacity };
    struct msghdr message = {
        .msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &vector, .msg_iovlen = 1,
    };
    ssize_t length = recvmsg(descriptor, &message, MSG_DONTWAIT | MSG_TRUNC);
    if (length < 0)
        return -errno;
    if (message.msg_namelen != sizeof address || address.nl_family != AF_NETLINK)
        return -EPROTO;
    *sender = address.nl_pid;
    return length;
}

// Ethtool.

static int ethtool_value(int descriptor, const char *interface, uint32_t command, uint32_t value) {
    struct ethtool_value request = { .cmd = command, .data = value };
    struct ifreq ifreq = { .ifr_data = (void *)&request };
    if (strlen(interface) >= sizeof ifreq.ifr_name)
        return -ENAMETOOLONG;
    strcpy(ifreq.ifr_name, interface);
    return ioctl(descriptor, SIOCETHTOOL, &ifreq) < 0 ? -errno : (int)request.data;
}

int clinux_set_tx_checksum(int descriptor, const char *interface, int on) {
    int result = ethtool_value(descriptor, interface, ETHTOOL_STXCSUM, on != 0);
    return result < 0 ? result : 0;
}

int clinux_get_tx_checksum(int descriptor, const char *interface) {
    int result = ethtool_value(descriptor, interface, ETHTOOL_GTXCSUM, 0);
    return result < 0 ? result : result != 0;
}

// Processes.

int clinux_pidfd_open(int pid) {
    int descriptor = (int)syscall(SYS_pidfd_open, pid, 0);
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_exchange(const char *one, const char *other) {
    return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) == 0 ? 0 : -errno;
}
