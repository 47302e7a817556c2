#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_packet.h>
#include "CLinux.h"

int clinux_send_frame(int link, const uint8_t *frame, uint64_t length) {
    // Protocol 0: it receives nothing.
    int descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -errno;
    struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_ifindex = link };
    ssize_t sent = sendto(descriptor, frame, length, MSG_DONTWAIT, (struct sockaddr *)&address, sizeof address);
    int error = errno;
    close(descriptor);
    return sent < 0 ? -error : 0;
}
