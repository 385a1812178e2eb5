# Vitis HLS: C simulation, synthesis, and on request co-simulation and export of the IP.
#   vitis_hls -f run_hls.tcl                      simulate and synthesise
#   vitis_hls -f run_hls.tcl -tclargs cosim ip    the same, then co-simulate and package
set part xczu3eg-sbva484-1-e
set period 5
set root [file normalize [file dirname [info script]]]
set flags "-std=c++14 -I$root/firmware"

set arguments [expr {[info exists argv] ? $argv : {}}]
set do_cosim [expr {[lsearch -glob $arguments *cosim*] >= 0}]
set do_ip [expr {[lsearch -glob $arguments *ip*] >= 0}]

open_project -reset small_network_hls
set_top small_network
add_files $root/firmware/small_network.cpp -cflags $flags
add_files -tb $root/tb/test_bench.cpp -cflags "$flags -I$root/tb"
open_solution -reset solution1 -flow_target vivado
set_part $part
create_clock -period $period -name default

csim_design -argv "$root/tb/data"
csynth_design
if {$do_cosim} { cosim_design -argv "$root/tb/data" }
if {$do_ip} { export_design -format ip_catalog }
exit
