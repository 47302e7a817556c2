# The images that containers in the lab are made of. No registry is reachable, so they are made here, of busybox.

make_images() {
    local root=$state/images/root
    mkdir -p "$root"/{bin,etc,proc,sys,dev,tmp,root}
    cp "$(command -v busybox)" "$root/bin/busybox"
    # All of them by one process: hundreds of `ln` would take a second of each lab.
    busybox --list | (cd "$root/bin" && perl -lne 'symlink "busybox", $_ or $!{EEXIST} or die "$_: $!\n"')
    # `docker exec -it CONTAINER bash` of the walk-through works as well.
    printf '#!/bin/sh\nexec /bin/sh "$@"\n' >"$root/bin/bash"
    chmod 755 "$root/bin/bash"
    echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
    tar -C "$root" --owner=0 --group=0 -cf "$state/images/busybox.tar" .
    rm -r "$root"
    # The walk-through runs `ubuntu`: here a second name of the same image.
    ln "$state/images/busybox.tar" "$state/images/ubuntu.tar"
}
