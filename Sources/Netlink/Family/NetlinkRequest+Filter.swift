import CLinux

extension NetlinkRequest {
    /// Adds the tc-clsact qdisc, which runs filters before the kernel's stack sees what an interface receives; succeeds
    /// if present.
    package static func ensureFilterPoint(on link: Int32) -> NetlinkRequest {
        var writer = AttributeWriter(
            header: filterHeader(link, handle: 0xffff_0000, parent: UInt32(TC_H_CLSACT), info: 0))
        writer.put(Int(TCA_KIND), text: "clsact")
        return NetlinkRequest(
            "add a filter point to interface \(link)", type: RTM_NEWQDISC, flags: NLM_F_CREATE | NLM_F_EXCL,
            payload: writer.bytes, tolerated: [.exists])
    }

    /// Removes the filter point and the filters in it; succeeds if there is none.
    package static func removeFilterPoint(on link: Int32) -> NetlinkRequest {
        var writer = AttributeWriter(
            header: filterHeader(link, handle: 0xffff_0000, parent: UInt32(TC_H_CLSACT), info: 0))
        writer.put(Int(TCA_KIND), text: "clsact")
        return NetlinkRequest(
            "remove the filter point of interface \(link)", type: RTM_DELQDISC, payload: writer.bytes,
            tolerated: [.noEntry, .invalid, .noDevice])
    }

    /// Filters what an interface receives before the kernel's own stack, or its bridge, sees it (tc-bpf(8), direct
    /// action).
    ///
    /// The user-space datapath reads from a packet socket, which gets its copy before this point; without a filter that
    /// drops all, the kernel would answer, or forward, the same packets a second time.
    package static func ensureReceiveFilter(on link: Int32, _ program: FilterProgram = .dropAll) -> NetlinkRequest {
        setReceiveProgram(
            "filter what the kernel receives on interface \(link)", on: link, protocol: 0x0003,  // ETH_P_ALL
            program.bytes)
    }

    /// Drops a container's router advertisements, for the kernel datapath, which is behind this point.
    package static func ensureAdvertisementFilter(on link: Int32) -> NetlinkRequest {
        setReceiveProgram(
            "drop router advertisements from interface \(link)", on: link, protocol: 0x86dd,
            AdvertisementFilter.classic.flatMap(\.bytes))
    }

    /// The same before packet sockets, by XDP in its generic mode: attaches a program of
    /// ``AdvertisementFilter/load()``. Nil detaches the program; succeeds if there is none.
    package static func setAdvertisementProgram(
        _ program: CInt?, on link: LinkReference, tolerated: Set<NetlinkError.Code> = []
    ) -> NetlinkRequest {
        var writer = AttributeWriter(header: linkHeader(link))
        if case .name(let name) = link { writer.put(Int(IFLA_IFNAME), text: name) }
        writer.nest(Int(IFLA_XDP)) { xdp in
            xdp.put(Int(IFLA_XDP_FD), UInt32(bitPattern: program ?? -1))
            xdp.put(Int(IFLA_XDP_FLAGS), UInt32(XDP_FLAGS_SKB_MODE))
        }
        return NetlinkRequest(
            "\(program == nil ? "allow" : "drop") router advertisements from \(link)", type: RTM_SETLINK,
            payload: writer.bytes, tolerated: tolerated)
    }

    private static func setReceiveProgram(
        _ purpose: String, on link: Int32, protocol number: UInt16, _ program: [UInt8]
    ) -> NetlinkRequest {
        let ingress: UInt32 = 0xffff_fff2  // TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)
        var writer = AttributeWriter(
            header: filterHeader(link, handle: 1, parent: ingress, info: 1 << 16 | UInt32(number.bigEndian)))
        writer.put(Int(TCA_KIND), text: "bpf")
        writer.nest(Int(TCA_OPTIONS)) { options in
            options.put(Int(TCA_BPF_OPS_LEN), UInt16(program.count / 8))
            options.put(Int(TCA_BPF_OPS), bytes: program)
            options.put(Int(TCA_BPF_FLAGS), UInt32(TCA_BPF_FLAG_ACT_DIRECT))
        }
        return NetlinkRequest(purpose, type: RTM_NEWTFILTER, flags: NLM_F_CREATE, payload: writer.bytes)
    }

    /// The ingress filters of an interface.
    package static func listReceiveFilters(on link: Int32) -> NetlinkRequest {
        NetlinkRequest(
            "list filters of interface \(link)", type: RTM_GETTFILTER, flags: dumpFlags,
            payload: filterHeader(link, handle: 0, parent: 0xffff_fff2, info: 0))
    }

    /// `struct tcmsg`: family, padding, index, handle, parent, priority and protocol.
    private static func filterHeader(_ link: Int32, handle: UInt32, parent: UInt32, info: UInt32) -> [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0]
        bytes.append(integer: link)
        bytes.append(integer: handle)
        bytes.append(integer: parent)
        bytes.append(integer: info)
        return bytes
    }
}
