# cmake -DINPUT=file -DNAME=name -DOUTPUT=file.cpp -P embed_file.cmake: one file as a C++ string literal.
# Read as hexadecimal digits, so that no byte (; [ ] \ " or a zero) means anything to CMake on the way.
file(READ "${INPUT}" bytes HEX)
string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
string(REPLACE "\\x0a" "\\x0a\"\n    \"" bytes "${bytes}")
file(WRITE "${OUTPUT}"
"// Generated from ${NAME}.
#include \"lessons/stage/embedded.h\"

static const char content[] =
    \"${bytes}\";
static const dikkat::EmbeddedFile file(\"${NAME}\", {content, sizeof(content) - 1});
")
