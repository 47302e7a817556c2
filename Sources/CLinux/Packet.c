#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <sys/syscall.h>
#include <linux/bpf.h>
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

int clinux_load_xdp(const uint64_t *instructions, uint32_t count) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_XDP;
    attributes.insns = (uint64_t)(uintptr_t)instructions;
    attributes.insn_cnt = count;
    attributes.license = (uint64_t)(uintptr_t)"GPL";
    long descriptor = syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes);
    return descriptor < 0 ? -errno : (int)descriptor;
}
