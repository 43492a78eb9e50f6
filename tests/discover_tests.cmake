# Registers the suites of a GoogleTest program with CTest, GROUP of them in one process: to start a process costs more than
# most tests, under a sanitizer a hundred times more. Run after the program was built:
#   cmake -D PROGRAM=... -D TIER=... -D GROUP=... -D COST=... -D SKIP=REGEX -D OUTPUT=... -P discover_tests.cmake
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE list COMMAND_ERROR_IS_FATAL ANY)
# Suites begin at the line's first column and end in a dot; what follows it is a comment of typed suites.
string(REGEX MATCHALL "(^|\n)[A-Za-z0-9_/]+\\." suites "${list}")
list(TRANSFORM suites REPLACE "[\n.]" "")
if(SKIP)
  list(FILTER suites EXCLUDE REGEX "${SKIP}")
endif()
set(tests "")
while(suites)
  list(SUBLIST suites 0 ${GROUP} group)
  list(REMOVE_ITEM suites ${group})
  list(GET group 0 name)
  list(LENGTH group size)
  if(size GREATER 1)
    list(GET group -1 last)
    string(APPEND name "...${last}")
  endif()
  list(TRANSFORM group APPEND ".*")
  list(JOIN group ":" filter)
  string(APPEND tests "add_test([==[${TIER}/${name}]==] [==[${PROGRAM}]==] [==[--gtest_filter=${filter}]==])\n"
                      "set_tests_properties([==[${TIER}/${name}]==] PROPERTIES LABELS ${TIER} COST ${COST})\n")
endwhile()
file(WRITE ${OUTPUT} "${tests}")
