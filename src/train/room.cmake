# torch costs seconds a file: one precompiled header for the room (its tests make their own).
target_precompile_headers(qfx_train PRIVATE ${CMAKE_CURRENT_LIST_DIR}/machine/torch.h)
# at::parallel_for is a template over OpenMP pragmas: without OpenMP it runs on one thread.
find_package(OpenMP REQUIRED)
target_compile_options(qfx_train PRIVATE ${OpenMP_CXX_FLAGS})
target_link_libraries(qfx_train PRIVATE $<LINK_ONLY:OpenMP::OpenMP_CXX>)
