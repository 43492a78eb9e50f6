# dirlease_units(OUT NAME SOURCES...): what a target has to list so that SOURCES are compiled, DIRLEASE_UNIT_FILES of them
# in one unit. That is what CMake's own unity builds do, but these units name their files from the project's root: a
# compiler cache knows them again in another checkout, without preprocessing them.
set(DIRLEASE_UNIT_FILES 1 CACHE STRING "How many source files to compile in one unit")

function(dirlease_units out name)
  set(${out} ${ARGN} PARENT_SCOPE)
  if(DIRLEASE_UNIT_FILES LESS_EQUAL 1)
    return()
  endif()
  set(sources ${ARGN})
  list(FILTER sources INCLUDE REGEX "\\.cc$")
  set_source_files_properties(${sources} PROPERTIES HEADER_FILE_ONLY ON)  # listed, generated if need be, not compiled
  list(TRANSFORM sources REPLACE "^${PROJECT_SOURCE_DIR}/(.+)$" "#include \"\\1\"\n")
  set(number 0)
  while(sources)
    list(SUBLIST sources 0 ${DIRLEASE_UNIT_FILES} files)
    list(REMOVE_ITEM sources ${files})
    list(JOIN files "" text)
    set(unit ${CMAKE_CURRENT_BINARY_DIR}/units/${name}_${number}.cc)
    file(CONFIGURE OUTPUT ${unit} CONTENT "${text}")
    set_source_files_properties(${unit} PROPERTIES COMPILE_OPTIONS "-iquote;${PROJECT_SOURCE_DIR}")
    list(APPEND units ${unit})
    math(EXPR number "${number} + 1")
  endwhile()
  set(${out} ${units} ${ARGN} PARENT_SCOPE)
endfunction()
