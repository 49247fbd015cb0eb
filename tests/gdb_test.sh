#!/usr/bin/env bash
# Steps through a lesson with gdb, as a student would, and checks what gdb shows.
#   tests/gdb_test.sh <program> <lesson.cpp> <dikkat.gdb> backtrace|step|locals
set -euo pipefail
program=$1 source=$2 rules=$3 what=$4

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export DIKKAT_HOME=$folder/home

fail() {
  printf 'gdb %s: %s\n--- gdb printed:\n' "$what" "$1"
  cat "$folder/out"
  exit 1
}

# Runs gdb with the commands on standard input; its output goes to $folder/out.
gdb_run() {
  cat >"$folder/commands"
  timeout 120 gdb -nx -batch -x "$folder/commands" --args "$program" --preset test --pace auto --plain "$@" \
    >"$folder/out" 2>&1 </dev/null || fail "gdb ended with $?"
}

line_of() {
  local found
  found=$(grep -n -m1 -F "$1" "$source" | cut -d: -f1)
  [ -n "$found" ] || { echo "gdb $what: $source has no line with: $1"; exit 1; }
  printf '%s' "$found"
}

case $what in
  backtrace)
    gdb_run <<'END'
set breakpoint pending on
break Softmax::backward
run
bt
info address dikkat::print
END
    frames=$(grep -E '^#[0-9]+ ' "$folder/out" | sed -E 's/^#[0-9]+ +(0x[0-9a-f]+ in )?([A-Za-z_:~]+).*/\2/' | tr '\n' ' ')
    grep -q '"dikkat::print(dikkat::Tensor const&)" is' "$folder/out" || fail "dikkat::print cannot be called"
    [ "$frames" = "dikkat::op::Softmax::backward dikkat::Tensor::backward main " ] || fail "the frames are: $frames" ;;
  step)
    gdb_run <<END
source $rules
break lesson.cpp:$(line_of 'Tensor scores = matmul(')
run
step
bt 1
END
    grep -qE '^#0 +(0x[0-9a-f]+ in )?dikkat::(op::)?transpose ' "$folder/out" || fail "one step did not enter transpose, the first operation of the line" ;;
  locals)
    gdb_run <<END
break lesson.cpp:$(line_of 'trainer.update(loss);')
run
info locals
END
    for local in lesson model trainer batch logits loss scores weights by_hand; do
      grep -qE "^$local = " "$folder/out" || fail "the local '$local' is not shown"
    done
    ! grep -q 'optimized out' "$folder/out" || fail "a local is optimized out" ;;
  *) echo "unknown check '$what'"; exit 2 ;;
esac
