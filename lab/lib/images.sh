# The images that containers in the lab are made of. No registry is reachable, so they are made here, of busybox.

make_images() {
    local root=$state/images/root applet
    mkdir -p "$root"/{bin,etc,proc,sys,dev,tmp,root}
    cp "$(command -v busybox)" "$root/bin/busybox"
    for applet in $(busybox --list); do
        [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"
    done
    # `docker exec -it CONTAINER bash` of the walk-through works as well.
    printf '#!/bin/sh\nexec /bin/sh "$@"\n' >"$root/bin/bash"
    chmod 755 "$root/bin/bash"
    echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
    tar -C "$root" --owner=0 --group=0 -cf "$state/images/busybox.tar" .
    rm -r "$root"
    # The walk-through runs `ubuntu`: here a second name of the same image.
    ln "$state/images/busybox.tar" "$state/images/ubuntu.tar"
}
