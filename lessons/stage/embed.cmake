# embed_text(target [BASE folder] FILES file...): puts files into a program.
# Each file becomes a generated .cpp of the target, made again whenever the file changes; the program finds it with
# embedded("name") (embedded.h), where the name is the file's path below BASE (by default the folder lessons).
set(DIKKAT_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/embed_file.cmake)

function(embed_text target)
  cmake_parse_arguments(arg "" "BASE" "FILES" ${ARGN})
  if(NOT arg_BASE)
    set(arg_BASE ${CMAKE_SOURCE_DIR}/lessons)
  endif()
  foreach(file IN LISTS arg_FILES)
    file(RELATIVE_PATH name "${arg_BASE}" "${file}")
    string(MAKE_C_IDENTIFIER ${name} identifier)
    set(generated ${CMAKE_CURRENT_BINARY_DIR}/${target}_texts/${identifier}.cpp)
    add_custom_command(
      OUTPUT ${generated}
      COMMAND ${CMAKE_COMMAND} "-DINPUT=${file}" "-DNAME=${name}" "-DOUTPUT=${generated}"
              -P "${DIKKAT_EMBED_SCRIPT}"
      DEPENDS ${file} ${DIKKAT_EMBED_SCRIPT}
      COMMENT "Embedding ${name}" VERBATIM)
    target_sources(${target} PRIVATE ${generated})
  endforeach()
endfunction()
