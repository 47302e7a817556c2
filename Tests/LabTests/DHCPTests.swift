import Testing

extension LabTests {
    @Suite struct DHCPTests {
        @Test func `a DHCP client in a port's namespace gets the port's address`() async throws {
            try await Lab.with("dhcp", hosts: 1) { lab in
                try await lab.joinHosts()
                try await lab.on("host1", "ovn-container net-create ls0 192.168.1.0/24 --dns 192.168.1.53")
                let container = try await lab.attach("ls0p0", network: "ls0", on: "host1")

                // Its address away, as a machine that boots has none; what the server offers is printed, not taken.
                _ = try await lab.inside(container, "ip addr flush dev eth0")
                try await lab.on(
                    "host1",
                    """
                    printf '#!/bin/sh\\n[ "$1" = bound ] && echo "ip=$ip mask=$mask router=$router dns=$dns mtu=$mtu"\\n' >/run/offer
                    chmod 755 /run/offer
                    """)
                let client = try await lab.inside(
                    container, "busybox udhcpc -i eth0 -q -n -f -t 5 -T 2 -O mtu -s /run/offer", seconds: 30)

                #expect(client.status == 0, "\(client.errors)")
                #expect(client.output.contains("ip=\(container.address) "))
                #expect(client.output.contains("router=192.168.1.1 "))
                #expect(client.output.contains("dns=192.168.1.53 "))
                #expect(client.output.contains("mtu=1442"))
            }
        }
    }
}
