# torch costs seconds a file: one precompiled header for the room, which its tests use too.
target_precompile_headers(qfx_train PRIVATE ${CMAKE_CURRENT_LIST_DIR}/machine/torch.h)
# What never sees torch does not pay for it.
set(torch_free loop/schedule machine/memory machine/patient_threads records/checkpoint records/log
  records/run_folder samples/augment)
list(TRANSFORM torch_free REPLACE "(.+)" "${CMAKE_CURRENT_LIST_DIR}/\\1.cpp")
set_source_files_properties(${torch_free} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
# at::parallel_for is a template over OpenMP pragmas: without OpenMP it runs on one thread.
find_package(OpenMP REQUIRED)
target_compile_options(qfx_train PRIVATE ${OpenMP_CXX_FLAGS})
target_link_libraries(qfx_train PRIVATE $<LINK_ONLY:OpenMP::OpenMP_CXX>)
