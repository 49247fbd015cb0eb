# shellcheck shell=bash
# What lessons/run and tests/run share: the language of messages, missing packages, building. To be sourced, with
# `root` set to the folder of the project. Nothing here reads the standard input: it belongs to the lesson.

least_gcc=12 least_clang=16 least_cmake=3.25
language='tr' text=''
: "${root:?the script that sources this file sets root}"

# Messages ------------------------------------------------------------------------------------------------------------

# Sets `language` to tr or en: from --lang among the arguments, else from the locale, else Turkish.
choose_language() {
  local locale=${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} before='' word
  language='tr'
  [[ $locale == en* ]] && language=en
  for word in "$@"; do
    [[ $before == --lang ]] && word=--lang=$word
    case $word in
      --lang=tr | --lang=en) language=${word#--lang=} ;;
    esac
    before=$word
  done
}

# pick TURKISH ENGLISH: sets `text` to the one in the chosen language.
pick() {
  text=$2
  [[ $language == tr ]] && text=$1
  return 0
}

say() {
  pick "$1" "$2"
  printf '%s\n' "$text" >&2
}

# fail CODE TURKISH ENGLISH
fail() {
  say "$2" "$3"
  exit "$1"
}

# A phase is one line: what is being done, on a terminal with its progress, and at the end the seconds it took.
phase='' phase_start=0 phase_shown='' phase_tenth=0
phase_begin() {
  pick "$1" "$2"
  phase=$text phase_start=$SECONDS phase_shown='' phase_tenth=0
}
phase_show() {
  local percent=${1:-}
  if [ -t 2 ]; then
    printf '\r%s ...%s' "$phase" "${percent:+ $percent%}" >&2
  elif [ -z "$phase_shown" ]; then
    printf '%s ...\n' "$phase" >&2
  elif [ "${CI:-}" = true ] && [ "$((${percent:-0} / 10))" -gt "$phase_tenth" ]; then
    phase_tenth=$((percent / 10))
    printf '%s ... %s%%\n' "$phase" "$percent" >&2
  fi
  phase_shown=yes
}
phase_end() {
  [ -n "$phase_shown" ] || return 0
  pick "$((SECONDS - phase_start)) sn" "$((SECONDS - phase_start)) s"
  if [ -t 2 ]; then printf '\r%s ... %s\n' "$phase" "$text" >&2; else printf '%s: %s\n' "$phase" "$text" >&2; fi
  phase_shown=''
}
# Ends the line of a phase that did not succeed.
phase_break() {
  [ -t 2 ] && [ -n "$phase_shown" ] && printf '\n' >&2
  phase_shown=''
}

interrupted() {
  trap '' INT TERM
  phase_break
  say "Durduruldu." "Stopped."
  exit "$1"
}

# The generated folder --------------------------------------------------------------------------------------------------

# Makes .build and waits until no other command builds there. The lock is held until `leave_workshop` or the end.
enter_workshop() {
  trap 'interrupted 130' INT
  trap 'interrupted 143' TERM
  unset MAKEFLAGS MFLAGS MAKELEVEL
  if ! { mkdir -p "$root/.build" && : >>"$root/.build/lock"; } 2>/dev/null; then
    disk_full_is_the_reason "$root"
    fail 1 "$root/.build klasörüne yazılamıyor: proje klasörünü yazma izniniz olan bir yere kopyalayın." \
      "cannot write to $root/.build: copy the project to a folder where you may write."
  fi
  exec 9>>"$root/.build/lock"
  command -v flock >/dev/null || return 0
  flock -n 9 && return 0
  say "Başka bir derleme sürüyor; bitmesi bekleniyor..." "Another build is running; waiting for it..."
  flock 9
}

leave_workshop() {
  exec 9>&-
  trap - INT TERM
}

# Ends with one line if nothing more can be written into the folder $1 because its disk is full.
disk_full_is_the_reason() {
  local probe="$1/.space.$$" reason
  reason=$(export LC_ALL=C; { head -c 1048576 /dev/zero >"$probe"; } 2>&1)
  rm -f "$probe"
  case $reason in
    *"No space left"* | *"quota exceeded"*)
      fail 1 "Disk dolu: $1 için yer açıp yeniden deneyin." "The disk is full: make room for $1 and try again." ;;
  esac
}

# Packages --------------------------------------------------------------------------------------------------------------

# find_compiler: sets `compiler` to the first C++ compiler that is new enough, else `old` to what was found instead.
# $CXX is taken as it is; CMake checks it.
find_compiler() {
  local name version least
  compiler=${CXX:-} old=''
  [ -n "$compiler" ] && return 0
  for name in g++ clang++ g++-{15,14,13,12} clang++-{21,20,19,18,17,16}; do
    command -v "$name" >/dev/null || continue
    version=$("$name" -dumpversion </dev/null 2>/dev/null)
    least=$least_gcc
    case $("$name" --version </dev/null 2>/dev/null) in *clang*) least=$least_clang ;; esac
    if [[ ${version%%.*} =~ ^[0-9]+$ ]] && [ "${version%%.*}" -ge "$least" ]; then
      compiler=$name
      return 0
    fi
    old=${old:-$name $version}
  done
  return 1
}

# cmake_is_new: whether CMake is new enough; sets `old` to what was found.
cmake_is_new() {
  local version
  read -r _ _ version < <(cmake --version </dev/null 2>/dev/null)
  old="cmake $version"
  [ "$(printf '%s\n' "$least_cmake" "${version%%-*}" | sort -V | head -n 1)" = "$least_cmake" ]
}

# has NAME: whether what the Debian package NAME brings is there, wherever it came from.
has() {
  case $1 in
    g++) find_compiler || command -v g++ >/dev/null ;;
    libgtest-dev) exists {/usr,/usr/local}/include/gtest/gtest.h ;;
    libvulkan-dev) exists {/usr,/usr/local,"${VULKAN_SDK:-/usr}"}/include/vulkan/vulkan.h ;;
    mesa-vulkan-drivers) exists {/usr,/usr/local}/share/vulkan/icd.d/lvp_icd*.json ;;
    vulkan-validationlayers)
      exists {/usr,/usr/local,"${VULKAN_SDK:-/usr}"}/share/vulkan/explicit_layer.d/VkLayer_khronos_validation.json ;;
    *) command -v "$1" >/dev/null ;;
  esac
}
exists() {
  local path
  for path; do [ -e "$path" ] && return 0; done
  return 1
}

# need PACKAGE...: installs those that are missing (names as in Debian), or says what to do and ends.
need() {
  local name missing=()
  for name; do has "$name" || missing+=("$name"); done
  if [ ${#missing[@]} -gt 0 ]; then
    install "${missing[@]}"
    hash -r
    for name in "${missing[@]}"; do
      has "$name" || fail 1 "Kuruldu ama bulunamıyor: $name (günlük: .build/setup.log)." \
        "Installed, yet not found: $name (log: .build/setup.log)."
    done
  fi
  for name; do
    case $name in
      g++) find_compiler || fail 1 "Derleyici eski: $old; GCC $least_gcc, Clang $least_clang ya da daha yenisi gerekli." \
        "The compiler is too old: $old; GCC $least_gcc, Clang $least_clang or newer is needed." ;;
      cmake) cmake_is_new || fail 1 "CMake eski: $old; $least_cmake ya da daha yenisi gerekli." \
        "CMake is too old: $old; $least_cmake or newer is needed." ;;
    esac
  done
}

install() {
  local as_root=() log=$root/.build/setup.log update='' command
  command -v apt-get >/dev/null ||
    fail 1 "Eksik: $*. Bu sistemde kendim kuramıyorum; paket yöneticinizle kurun (GCC >= $least_gcc ya da Clang >= $least_clang, CMake >= $least_cmake, make)." \
      "Missing: $*. I cannot install on this system; use its package manager (GCC >= $least_gcc or Clang >= $least_clang, CMake >= $least_cmake, make)."
  exists /var/lib/apt/lists/*_Packages* || update="apt-get update && "
  command="apt-get install -y --no-install-recommends $*"
  if [ "$EUID" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      fail 1 "Eksik: $*. Kurmak için: su -c '$update$command'" "Missing: $*. To install: su -c '$update$command'"
    elif ! sudo -n true </dev/null >/dev/null 2>&1; then
      fail 1 "Eksik: $*. Kurmak için: ${update:+sudo $update}sudo $command" \
        "Missing: $*. To install: ${update:+sudo $update}sudo $command"
    fi
    as_root=(sudo -n)
  fi
  phase_begin "Kuruluyor: $* (bir kez)" "Installing: $* (once)"
  phase_show
  as_root+=(env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a LC_ALL=C.UTF-8)
  local apt=("${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
  # The package lists may be missing or out of date; they are fetched only then.
  if { [ -z "$update" ] && "${apt[@]}" install -y --no-install-recommends "$@"; } </dev/null >"$log" 2>&1 ||
    { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@"; } </dev/null >>"$log" 2>&1; then
    phase_end
    return 0
  fi
  phase_break
  disk_full_is_the_reason "$root/.build"
  tail -n 12 "$log" >&2
  fail 1 "Kurulamadı: $* (ağ bağlantısı var mı? günlük: .build/setup.log)." \
    "Could not install: $* (is there a network? log: .build/setup.log)."
}

# Building --------------------------------------------------------------------------------------------------------------

# Whether the build folder $1 was made here, completely, with the options $2 and a compiler that still exists.
configured() {
  local line home='' cxx='' options=''
  [ -f "$1/Makefile" ] && [ -f "$1/CMakeCache.txt" ] && [ -f "$1/options" ] || return 1
  while IFS= read -r line; do
    case $line in
      CMAKE_HOME_DIRECTORY:INTERNAL=*) home=${line#*=} ;;
      CMAKE_CXX_COMPILER:*=*) cxx=${line#*=} ;;
    esac
  done <"$1/CMakeCache.txt"
  IFS= read -r options <"$1/options"
  [ "$home" = "$root" ] && [ -x "$cxx" ] && [ "$options" = "$2" ]
}

# configure FOLDER OPTION...: makes the build folder unless it is ready; one from another place is made afresh.
configure() {
  local folder=$1 options with=()
  shift
  options="${CXX:-} $*"
  configured "$folder" "$options" && return 0
  phase_begin "Hazırlanıyor" "Configuring"
  phase_show
  rm -rf "$folder"
  [ -z "${CXX:-}" ] && find_compiler && with=("-DCMAKE_CXX_COMPILER=$compiler")
  run_logged "$folder.log" cmake -S "$root" -B "$folder" -G "Unix Makefiles" "${with[@]}" "$@" || broken "$folder"
  printf '%s\n' "$options" >"$folder/options"
  phase_end
}

# compile FOLDER WHAT [TARGET...]: builds with every processor. Says nothing when everything was up to date.
compile() {
  local folder=$1 what=$2 targets=()
  shift 2
  [ $# -gt 0 ] && targets=(--target "$@")
  phase_begin "Derleniyor: $what" "Building: $what"
  run_logged "$folder.log" cmake --build "$folder" "${targets[@]}" -j "$(nproc)" || broken "$folder"
  phase_end
}

# run_logged LOG COMMAND...: the whole output goes to the log; the first thing really built shows the phase's line.
run_logged() {
  local log=$1 line percent
  shift
  "$@" </dev/null 2>&1 | {
    while IFS= read -r line; do
      printf '%s\n' "$line" 2>/dev/null
      case $line in
        "["*"%] Building"* | "["*"%] Linking"*)
          percent=${line%%\%*} percent=${percent#[} percent=${percent##* }
          phase_show "$percent" ;;
      esac
    done
  } >"$log"
  return "${PIPESTATUS[0]}"
}

# Shows the end of the log of a failed step, from the first error on, and ends.
broken() {
  local log=$1.log from
  phase_break
  disk_full_is_the_reason "$root/.build"
  from=$(grep -n -m 1 -E '(error|CMake Error|undefined reference)[ :]|No space left' "$log" | cut -d: -f1)
  if [ -n "$from" ]; then sed -n "$from,$((from + 29))p" "$log" >&2; else tail -n 30 "$log" >&2; fi
  fail 1 "$phase: olmadı (bütün çıktı: ${log#"$root"/})." "$phase: failed (whole output: ${log#"$root"/})."
}
shopt -s lastpipe
