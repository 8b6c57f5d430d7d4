# Shared by the scripts beside it: a private Python environment and the programs simorc drives.
# Source it; every function ends the script with exit code 5 and a remedy when something cannot be had.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=${SIMORC_VENV:-$root/.venv}

say() { printf '%s\n' "$*" >&2; }

missing() {
    say "simorc: $1"
    say "        $2"
    exit 5
}

may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

apt_updated=
apt_install() {
    if [ -z "$apt_updated" ]; then
        say "reading the package lists ..."
        apt-get update -qq >/dev/null || say "apt-get update failed; trying with the lists that are there"
        apt_updated=yes
    fi
    say "installing $* ..."
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Prints the path of a Python that is new enough.
find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] && command -v "$candidate" >/dev/null || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    missing "no Python 3.11 or newer found" "install python3 (Debian 12 has 3.11), or name one: PYTHON=/path/to/python $0"
}

# Debian splits venv and ensurepip into a package of their own.
make_venv() {
    local python=$1
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        "$python" -m venv "$venv"
    elif command -v virtualenv >/dev/null; then
        virtualenv -q -p "$python" "$venv"
    elif may_install; then
        apt_install python3-venv
        "$python" -m venv "$venv"
    else
        missing "$python cannot make virtual environments" "ask for: apt-get install python3-venv (or: pip install virtualenv)"
    fi
}

# What the environment was made from; a second call compares this and is done.
wanted_stamp() {
    cat "$root/pyproject.toml" "$root/constraints.txt" | cksum
    printf '%s\n' "$1" "$root"
}

# A private environment in .venv with simorc in it, editable, every version as in constraints.txt.
ensure_environment() {
    local python stamp
    python=$(find_python)
    stamp=$(wanted_stamp "$("$python" -V)")
    if [ -f "$venv/simorc.stamp" ] && [ "$stamp" = "$(cat "$venv/simorc.stamp")" ]; then return; fi
    say "making a private Python environment in $venv (once) ..."
    [ -x "$venv/bin/python" ] && "$venv/bin/python" -c 'import pip' 2>/dev/null || { rm -rf "$venv"; make_venv "$python"; }
    "$venv/bin/python" -m pip install -q --disable-pip-version-check \
        -c "$root/constraints.txt" -e "$root[dev]" \
        || missing "pip could not install the packages of constraints.txt" "the lines above say why; is there a way to a package index?"
    printf '%s\n' "$stamp" > "$venv/simorc.stamp"
}

# Two scripts at once wait for one another instead of building the same environment twice.
with_setup_lock() {
    if command -v flock >/dev/null; then
        exec 9> "$root/.setup.lock"
        flock 9
        "$@"
        exec 9>&-
    else
        "$@"
    fi
}

ensure_ngspice() {
    command -v ngspice >/dev/null && return
    if may_install && apt_install ngspice libngspice0; then return; fi
    missing "ngspice not found" "install it: apt-get install ngspice | dnf install ngspice | brew install ngspice; then run this again"
}

# Warm sessions run by the library; ngspice 44 and later have no other way.
offer_ngspice_library() {
    PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null | grep -q 'libngspice\.so\.0' && return
    if may_install && apt_install libngspice0; then return; fi
    say "not here: libngspice0 - without it ngspice 44 and later run every case cold (apt-get install libngspice0)"
}

# Sets SIMORC_TEST_NGSPICE to a newer ngspice beside the installed one, if the distribution has one; tests run on both.
offer_newer_ngspice() {
    [ -z "${SIMORC_TEST_NGSPICE+set}" ] || return 0
    if SIMORC_TEST_NGSPICE=$("$root/scripts/newest-ngspice" "$root/.newest-ngspice"); then
        export SIMORC_TEST_NGSPICE
    else
        unset SIMORC_TEST_NGSPICE
        say "tests run on the installed ngspice alone"
    fi
}

# Programs some tests drive. Tests of a program that cannot be had are skipped, and say so.
offer_test_tools() {
    local tool package wanted=()
    for tool in xschem iverilog verilator tmux ps; do
        command -v "$tool" >/dev/null && continue
        package=$tool
        [ "$tool" = ps ] && package=procps
        wanted+=("$package")
    done
    # A throw-away Slurm (scripts/slurm-lab) needs its daemons, not only sbatch; they stand in sbin.
    PATH=$PATH:/usr/sbin command -v slurmctld >/dev/null || wanted+=(slurm-wlm slurm-wlm-basic-plugins slurm-client munge)
    [ ${#wanted[@]} = 0 ] && return
    if may_install && apt_install "${wanted[@]}"; then return; fi
    say "not here: ${wanted[*]} - tests that need them are skipped (apt-get install ${wanted[*]})"
}
