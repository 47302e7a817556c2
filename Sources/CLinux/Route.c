#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/ipv6_route.h>
#include <linux/sockios.h>
#include "CLinux.h"

int clinux_add_advertised_route(const uint8_t *destination, int length, const uint8_t *gateway, int link,
                                uint32_t metric, uint32_t flags, uint32_t seconds) {
    // The time is in hundredths of a second (USER_HZ).
    struct in6_rtmsg route = {
        .rtmsg_dst_len = (uint16_t)length, .rtmsg_metric = metric, .rtmsg_ifindex = link,
        .rtmsg_flags = flags, .rtmsg_info = 100UL * seconds,
    };
    memcpy(&route.rtmsg_dst, destination, 16);
    memcpy(&route.rtmsg_gateway, gateway, 16);
    int descriptor = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -errno;
    int result = ioctl(descriptor, SIOCADDRT, &route) < 0 ? -errno : 0;
    close(descriptor);
    return result;
}
