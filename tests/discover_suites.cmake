# Registers the suites of a GoogleTest program with CTest, as gtest_discover_tests does with single tests: a sanitizer's
# start costs more than most tests. Run after the program was built:
#   cmake -D PROGRAM=... -D PREFIX=... -D LABEL=... -D COST=... -D OUTPUT=... -P discover_suites.cmake
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE list COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" lines "${list}")
set(tests "")
foreach(line IN LISTS lines)
  # Figures taken under a sanitizer say nothing.
  if(line MATCHES "^Measured")
    continue()
  endif()
  # Suites begin at the line's first column and end in a dot; what follows it is a comment of typed suites.
  if(line MATCHES "^([A-Za-z0-9_/]+)\\.")
    set(name "${PREFIX}${CMAKE_MATCH_1}")
    string(APPEND tests "add_test([==[${name}]==] [==[${PROGRAM}]==] [==[--gtest_filter=${CMAKE_MATCH_1}.*]==])\n"
                        "set_tests_properties([==[${name}]==] PROPERTIES LABELS ${LABEL} COST ${COST})\n")
  endif()
endforeach()
file(WRITE ${OUTPUT} "${tests}")
