# For gdb:  gdb -x lessons/stage/dikkat.gdb --args .build/lessons/bin/11_baby_gpt      (lessons/run debug 11 does this)
#
# One `step` goes into the operation that a line calls, not into the standard library or the making of operands.
skip -rfunction ^std::
skip -rfunction ^__gnu_cxx::
skip -rfunction ^dikkat::In::
skip -rfunction ^dikkat::Tensor::~?Tensor
skip -rfunction ^dikkat::Shape::
skip -gfile /usr/include/*
skip -gfile */include/c++/*

set breakpoint pending on
set print object on
set print static-members off
set pagination off
# Ctrl-C belongs to gdb here.
handle SIGINT stop nopass
