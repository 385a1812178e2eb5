# Catapult: C simulation, synthesis, and on request simulation of the RTL against the C++.
#   catapult -shell -file directives.tcl                simulate and synthesise
#   QFX_COSIM=1 catapult -shell -file directives.tcl    the same, then simulate the RTL
#
# The technology is yours to choose: these are the names of a library that Catapult brings.
set library nangate-45nm_beh
set rtl_tool DesignCompiler
set memories ccs_sample_mem
set period 5
# Arrays of up to so many bits become registers, larger ones memories.
set largest_register 32768

set root [file normalize [file dirname [info script]]]

project new -name small_network_catapult
options set /Input/CppStandard c++14
options set /Input/SearchPath [list $root/firmware $root/tb] -append
options set /Output/OutputVHDL false
options set /Output/OutputVerilog true
flow package require /SCVerify
flow package option set /SCVerify/INVOKE_ARGS $root/tb/data

solution file add $root/firmware/small_network.cpp -type C++
solution file add $root/tb/test_bench.cpp -type C++ -exclude true
directive set -DESIGN_HIERARCHY small_network
directive set -MEM_MAP_THRESHOLD $largest_register
go analyze
go compile
flow run /SCVerify/launch_make ./scverify/Verify_orig_cxx_osci.mk {} SIMTOOL=osci sim

solution library add $library -- -rtlsyntool $rtl_tool
solution library add $memories
go libraries
directive set -CLOCKS [list clk [list -CLOCK_PERIOD $period]]
go assembly
# What each channel must hold; a shallower one deadlocks.
directive set /small_network/in:cns -FIFO_DEPTH 2
directive set /small_network/conv1:cns -FIFO_DEPTH 2
directive set /small_network/bn1:cns -FIFO_DEPTH 2
directive set /small_network/relu1:cns -FIFO_DEPTH 2
directive set /small_network/relu1_copy:cns -FIFO_DEPTH 2
directive set /small_network/relu1_copy_n1:cns -FIFO_DEPTH 9
directive set /small_network/conv2:cns -FIFO_DEPTH 2
directive set /small_network/add:cns -FIFO_DEPTH 2
directive set /small_network/pool:cns -FIFO_DEPTH 2
directive set /small_network/out:cns -FIFO_DEPTH 2
directive set /small_network/frame_ends:cns -FIFO_DEPTH 10
go architect
go extract

if {[info exists ::env(QFX_COSIM)]} {
  flow run /SCVerify/launch_make ./scverify/Verify_rtl_v_msim.mk {} SIMTOOL=msim sim
}
project save
