#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
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

static int open_netlink(void *context) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, *(int *)context);
    if (descriptor < 0)
        return -errno;
    struct sockaddr_nl address = { .nl_family = AF_NETLINK };
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

int clinux_netlink_socket(int netns, int protocol) {
    return netns < 0 ? open_netlink(&protocol) : clinux_in_namespace(netns, open_netlink, &protocol);
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

// Processes and names.

int clinux_pidfd_open(int pid) {
    int descriptor = (int)syscall(SYS_pidfd_open, pid, 0);
    return descriptor < 0 ? -errno : descriptor;
}

static int abstract_address(const char *name, struct sockaddr_un *address, socklen_t *length) {
    size_t count = strlen(name);
    if (count == 0 || count >= sizeof address->sun_path)
        return -ENAMETOOLONG;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path + 1, name, count);
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + count);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_hold_name(const char *name) {
    struct sockaddr_un address;
    socklen_t length;
    int descriptor = abstract_address(name, &address, &length);
    if (descriptor < 0)
        return descriptor;
    if (bind(descriptor, (struct sockaddr *)&address, length) < 0 || listen(descriptor, 128) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

int clinux_reach_name(const char *name) {
    struct sockaddr_un address;
    socklen_t length;
    int descriptor = abstract_address(name, &address, &length);
    if (descriptor < 0)
        return descriptor;
    if (connect(descriptor, (struct sockaddr *)&address, length) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}
