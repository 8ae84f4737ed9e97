# shellcheck shell=sh
# Sourced by ./test, ./demo and .ci/run: what the build needs, and how to get it
# on Debian and Ubuntu. Elsewhere the missing packages are named and the caller
# ends with status 2.

# set  package  how to tell that it is there
packages_table='
build  gcc              command gcc
build  libc6-dev        file /usr/include/stdio.h
build  cmake            command cmake
build  ninja-build      command ninja
build  pkg-config       command pkg-config
build  libhwloc-dev     library hwloc
build  libexpat1-dev    library expat
build  libjansson-dev   library jansson
build  libyaml-dev      library yaml-0.1
build  nettle-dev       library nettle
build  liblzma-dev      library liblzma
build  zlib1g-dev       library zlib
build  libzstd-dev      library libzstd
build  libbz2-dev       file /usr/include/bzlib.h
build  libsqlite3-dev   library sqlite3
build  libnuma-dev      library numa
build  libseccomp-dev   library libseccomp
build  libjs-dygraphs   file /usr/share/javascript/dygraphs/dygraph.min.js
deb    dpkg-dev         command dpkg-shlibdeps
deb    file             command file
xen    libxen-dev       library xenlight
mpi    libopenmpi-dev   library ompi-c
mpi    openmpi-bin      command mpirun
slurm  slurmctld        command slurmctld
slurm  slurmd           command slurmd
slurm  slurm-client     command srun
slurm  munge            command munged
test   libcriterion-dev library criterion
test   hwloc            command lstopo-no-graphics
test   gnuplot-nox      command gnuplot
test   acpica-tools     command iasl
test   qemu-system-x86  command qemu-system-x86_64
test   busybox-static   command busybox
test   cpio             command cpio
test   binutils         command objdump
arm    gcc-aarch64-linux-gnu command aarch64-linux-gnu-gcc
arm    libc6-dev-arm64-cross file /usr/aarch64-linux-gnu/include/stdio.h
arm    qemu-user-static command qemu-aarch64-static
test   xz-utils         command xz
test   bzip2            command bzip2
test   zstd             command zstd
test   sqlite3          command sqlite3
test   lz4              command lz4
test   util-linux       command flock
test   libxml2-utils    command xmllint
test   libvirt0         file /usr/share/libvirt/schemas/domain.rng
test   libvirt-clients  command virsh
test   numactl          command numactl
test   systemd          command systemd-analyze
test   bsdutils         command script
test   zsh              command zsh
test   fish             command fish
test   mandoc           command mandoc
test   man-db           command man
test   jq               command jq
test   strace           command strace
test   abigail-tools    command abidiff
test   tmux             command tmux
test   python3-prometheus-client file /usr/lib/python3/dist-packages/prometheus_client/__init__.py
ci     clang            command clang
ci     clang-format     command clang-format
ci     shellcheck       command shellcheck
ci     chromium         command chromium
ci     nodejs           command node
ci     npm              command npm
ci     rsync            command rsync
ci     lintian          command lintian
ci     debootstrap      command debootstrap
ci     prometheus       command promtool
ci     node-typescript  command tsc
ci     python3-yaml     file /usr/lib/python3/dist-packages/yaml/__init__.py
'

packages_have()
{
	case $1 in
	command) command -v "$2" >/dev/null 2>&1 ;;
	library) pkg-config --exists "$2" 2>/dev/null ;;
	file) [ -e "$2" ] ;;
	esac
}

# packages_missing SET...: package names, one a line
packages_missing()
{
	echo "$packages_table" | while read -r set package kind what; do
		case " $* " in
		*" ${set:--} "*) packages_have "$kind" "$what" || echo "$package" ;;
		esac
	done
}

packages_is_debian()
{
	grep -Eqs '^ID(_LIKE)?=.*(debian|ubuntu)' "${PACKAGES_OS_RELEASE:-/etc/os-release}"
}

packages_as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

packages_apt()
{
	packages_as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >&2
}

# clang's sanitizer and fuzzer runtime is a package of its own, named after
# clang's version, and not all versions have one.
packages_clang_runtime()
{
	version=$(clang --version 2>/dev/null | sed -n 's/.*clang version \([0-9]*\).*/\1/p')
	[ -n "$version" ] || return 0
	file=$(clang -print-file-name=libclang_rt.fuzzer-x86_64.a 2>/dev/null)
	[ -e "$file" ] && return 0
	package=libclang-rt-$version-dev
	apt-cache show "$package" >/dev/null 2>&1 || return 0
	echo "installing $package" >&2
	packages_apt install --no-install-recommends "$package"
}

# packages_need SET...: install what is missing, or say what to install
packages_need()
{
	missing=$(packages_missing "$@" | tr '\n' ' ')
	missing=${missing% }
	[ -n "$missing" ] || return 0
	if ! packages_is_debian; then
		echo "these packages are missing (by their Debian names): $missing" >&2
		return 2
	fi
	if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
		echo "these packages are missing, and there is no sudo to install them:" \
			"apt-get install $missing" >&2
		return 2
	fi
	echo "installing $missing" >&2
	[ -n "${PACKAGES_FRESH:-}" ] || packages_apt update || return 2
	# shellcheck disable=SC2086 # words
	packages_apt install --no-install-recommends $missing || return 2
	missing=$(packages_missing "$@" | tr '\n' ' ')
	[ -z "$missing" ] && return 0
	echo "still missing after the installation: $missing" >&2
	return 2
}
