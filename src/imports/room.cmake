# ONNX's own description of its files, made into C++ by protoc: lite, so that no registry is shared with another copy
# in the same process.
find_program(QFX_PROTOC protoc REQUIRED)
set(onnx_generated ${PROJECT_BINARY_DIR}/generated/imports/onnx)
add_custom_command(
  OUTPUT ${onnx_generated}/onnx.pb.cc ${onnx_generated}/onnx.pb.h
  COMMAND ${CMAKE_COMMAND} -E make_directory ${onnx_generated}
  COMMAND ${QFX_PROTOC} --cpp_out=${onnx_generated} --proto_path=${CMAKE_CURRENT_LIST_DIR}/onnx onnx.proto
  DEPENDS ${CMAKE_CURRENT_LIST_DIR}/onnx/onnx.proto VERBATIM)
add_library(qfx_onnx_messages OBJECT ${onnx_generated}/onnx.pb.cc)
target_include_directories(qfx_onnx_messages SYSTEM PUBLIC ${PROJECT_BINARY_DIR}/generated)
target_link_libraries(qfx_onnx_messages PUBLIC PkgConfig::protobuf_lite)
target_compile_options(qfx_onnx_messages PRIVATE -w)
target_sources(qfx_imports PRIVATE $<TARGET_OBJECTS:qfx_onnx_messages>)
target_include_directories(qfx_imports SYSTEM PRIVATE ${PROJECT_BINARY_DIR}/generated)
add_dependencies(qfx_imports qfx_onnx_messages)
# What tests build files with.
add_library(qfx_onnx_headers INTERFACE)
target_include_directories(qfx_onnx_headers SYSTEM INTERFACE ${PROJECT_BINARY_DIR}/generated)
target_link_libraries(qfx_onnx_headers INTERFACE PkgConfig::protobuf_lite)
add_dependencies(qfx_onnx_headers qfx_onnx_messages)
