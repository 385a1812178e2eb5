# A bitstream for a board: the design of design.tcl behind AXI DMAs of the processing system, one for each output.
#   vivado -mode batch -source build.tcl -tclargs BOARD [MHZ]
# BOARD: one of the table below. MHZ: the clock; default the one that the design was exported for.
# Leaves TOP.bit, TOP.hwh and reports/ in the current folder. Exit code 1: an error, or timing that
# is not met; then there is no TOP.bit.

# part, board_part and its package for who installs board files, family of the processing system,
# width of its data port.
array set boards {
  pynq-z2    {xc7z020clg400-1       tul.com.tw:pynq-z2:part0:1.0     pynq-z2    zynq7  64}
  ultra96-v2 {xczu3eg-sbva484-1-i   avnet.com:ultra96v2:part0:1.2    ultra96v2  zynqmp 128}
  zcu104     {xczu7ev-ffvc1156-2-e  xilinx.com:zcu104:part0:1.1      zcu104     zynqmp 128}
  kv260      {xck26-sfvc784-2LV-c   xilinx.com:kv260_som:part0:1.3   kv260_som  zynqmp 128}
}

proc stop {text} {
  puts stderr "build.tcl: $text"
  exit 1
}

# ---- what is to be built
set here [file dirname [file normalize [info script]]]
set root [file dirname $here]
source [file join $here design.tcl]

set arguments [expr {[info exists argv] ? $argv : {}}]
set known [join [lsort [array names boards]] ", "]
if {[llength $arguments] < 1 || [llength $arguments] > 2} {
  stop "give a board and, if you like, a clock in MHz: -tclargs BOARD \[MHZ\]; boards: $known"
}
set board [lindex $arguments 0]
if {![info exists boards($board)]} { stop "the board '$board' is not in the table; boards: $known" }
foreach {part board_part package family data_width} $boards($board) break
set mhz [lindex [concat $arguments $design(mhz)] 1]
if {![string is double -strict $mhz] || $mhz < 1 || $mhz > 1000} {
  stop "the clock is '$mhz' MHz; allowed is 1 to 1000"
}
set top $design(top)
file delete -- $top.bit $top.hwh

# The newest version of an IP that this Vivado has.
proc newest {name} {
  set found [lsort -dictionary [get_ipdefs -all "xilinx.com:ip:$name:*"]]
  if {[llength $found] == 0} { stop "this Vivado has no IP '$name'" }
  return [lindex $found end]
}

# ---- project
set work [file join [pwd] vivado_$board]
create_project -force $top $work -part $part
# board_part names a version; any other of the same board will do.
set found [get_board_parts -quiet [join [lrange [split $board_part :] 0 2] :]:*]
if {[llength $found] == 0} {
  # Memory and clocks of the processing system are the board's: without its preset nothing starts there.
  stop "the board files of $board are missing: install the package '$package' for $board_part, in Vivado's\
      menu Tools, XHub Stores, Boards, or by xhub::install \[xhub::get_xitems *$package*\]"
}
if {[lsearch -exact $found $board_part] < 0} { set board_part [lindex [lsort -dictionary $found] end] }
set_property board_part $board_part [current_project]

if {$design(source) eq "verilog"} {
  foreach file $design(files) { read_verilog [file join $root $file] }
  if {[llength $design(memories)] > 0} {
    foreach file $design(memories) { add_files -norecurse [file join $root $file] }
    foreach file $design(memories) {
      set_property file_type {Memory Initialization Files} [get_files [file tail $file]]
    }
  }
} else {
  set folder [file join [pwd] $design(ip_folder)]
  if {![file isdirectory $folder]} {
    stop "there is no packaged IP in '$folder'; make it first, as the README says, and start from the same folder"
  }
  set_property ip_repo_paths [list $folder] [current_project]
  update_ip_catalog
}
update_compile_order -fileset sources_1

# ---- block design
create_bd_design system
if {$design(source) eq "verilog"} {
  set core [create_bd_cell -type module -reference $top network]
} else {
  set found [get_ipdefs -all "*:*:$top:*"]
  if {[llength $found] == 0} { stop "the folder '$folder' holds no IP called '$top'" }
  set core [create_bd_cell -type ip -vlnv [lindex [lsort -dictionary $found] end] network]
}

# Towards memory: 32 bits at least, and bursts that lie within 4 KiB.
proc memory_width {width} { return [expr {max(32, $width)}] }
proc burst {width} { return [expr {min(64, 32768 / [memory_width $width])}] }

set in $design(input_width)
set out [lindex $design(output_widths) 0]
set dma [create_bd_cell -type ip -vlnv [newest axi_dma] axi_dma_0]
set_property -dict [list \
  CONFIG.c_include_sg 0 CONFIG.c_sg_include_stscntrl_strm 0 CONFIG.c_sg_length_width 26 \
  CONFIG.c_include_mm2s 1 CONFIG.c_include_s2mm 1 \
  CONFIG.c_m_axis_mm2s_tdata_width $in CONFIG.c_m_axi_mm2s_data_width [memory_width $in] \
  CONFIG.c_m_axi_s2mm_data_width [memory_width $out] \
  CONFIG.c_mm2s_burst_size [burst $in] CONFIG.c_s2mm_burst_size [burst $out]] $dma

# Every further output has a DMA of its own, axi_dma_1 and so on, that only receives.
set dmas {axi_dma_0}
foreach width [lrange $design(output_widths) 1 end] {
  lappend dmas axi_dma_[llength $dmas]
  set dma [create_bd_cell -type ip -vlnv [newest axi_dma] [lindex $dmas end]]
  set_property -dict [list \
    CONFIG.c_include_sg 0 CONFIG.c_sg_include_stscntrl_strm 0 CONFIG.c_sg_length_width 26 \
    CONFIG.c_include_mm2s 0 CONFIG.c_include_s2mm 1 \
    CONFIG.c_m_axi_s2mm_data_width [memory_width $width] CONFIG.c_s2mm_burst_size [burst $width]] $dma
}

if {$family eq "zynq7"} {
  set ps [create_bd_cell -type ip -vlnv [newest processing_system7] ps]
  apply_bd_automation -rule xilinx.com:bd_rule:processing_system7 \
    -config {make_external "FIXED_IO, DDR" apply_board_preset "1"} $ps
  set_property -dict [list CONFIG.PCW_USE_S_AXI_HP0 1 CONFIG.PCW_S_AXI_HP0_DATA_WIDTH $data_width \
    CONFIG.PCW_FPGA0_PERIPHERAL_FREQMHZ $mhz] $ps
  set control ps/M_AXI_GP0
  set data ps/S_AXI_HP0
  set clock ps/FCLK_CLK0
} else {
  set ps [create_bd_cell -type ip -vlnv [newest zynq_ultra_ps_e] ps]
  apply_bd_automation -rule xilinx.com:bd_rule:zynq_ultra_ps_e -config {apply_board_preset "1"} $ps
  set_property -dict [list CONFIG.PSU__USE__M_AXI_GP0 1 CONFIG.PSU__USE__M_AXI_GP1 0 CONFIG.PSU__USE__M_AXI_GP2 0 \
    CONFIG.PSU__USE__S_AXI_GP2 1 CONFIG.PSU__SAXIGP2__DATA_WIDTH $data_width \
    CONFIG.PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ $mhz] $ps
  set control ps/M_AXI_HPM0_FPD
  set data ps/S_AXI_HP0_FPD
  set clock ps/pl_clk0
}

# Control, then all data ports through one smartconnect; the automation brings clocks and resets.
foreach dma $dmas {
  apply_bd_automation -rule xilinx.com:bd_rule:axi4 \
    -config [list Master /$control Slave /$dma/S_AXI_LITE Clk /$clock] [get_bd_intf_pins $dma/S_AXI_LITE]
}
apply_bd_automation -rule xilinx.com:bd_rule:axi4 \
  -config [list Master /axi_dma_0/M_AXI_MM2S Slave /$data Clk /$clock intc_ip {New AXI SmartConnect}] \
  [get_bd_intf_pins $data]
foreach dma $dmas {
  apply_bd_automation -rule xilinx.com:bd_rule:axi4 \
    -config [list Master /$dma/M_AXI_S2MM Slave /$data Clk /$clock intc_ip Auto] \
    [get_bd_intf_pins $dma/M_AXI_S2MM]
}

connect_bd_intf_net [get_bd_intf_pins axi_dma_0/M_AXIS_MM2S] [get_bd_intf_pins network/$design(input)]
foreach output $design(outputs) dma $dmas {
  connect_bd_intf_net [get_bd_intf_pins network/$output] [get_bd_intf_pins $dma/S_AXIS_S2MM]
}
connect_bd_net [get_bd_pins $clock] [get_bd_pins network/$design(clock)]
set resets [get_bd_cells -quiet -filter {VLNV =~ "*:proc_sys_reset:*"}]
if {[llength $resets] == 0} { stop "the automation has made no reset; this Vivado works otherwise than this script" }
connect_bd_net [get_bd_pins [lindex $resets 0]/peripheral_aresetn] [get_bd_pins network/$design(reset)]

assign_bd_address
validate_bd_design
save_bd_design

# ---- bitstream
make_wrapper -files [get_files system.bd] -top -import
set_property top system_wrapper [current_fileset]
update_compile_order -fileset sources_1
launch_runs impl_1 -to_step write_bitstream -jobs 4
wait_on_run impl_1
if {[get_property PROGRESS [get_runs impl_1]] ne "100%"} {
  stop "the implementation failed; see [get_property DIRECTORY [get_runs impl_1]]/runme.log"
}

open_run impl_1
file mkdir reports
report_timing_summary -file reports/timing.rpt
report_utilization -hierarchical -file reports/utilization.rpt
set slack [get_property STATS.WNS [get_runs impl_1]]
set hold [get_property STATS.WHS [get_runs impl_1]]
foreach {kind value} [list setup $slack hold $hold] {
  if {![string is double -strict $value]} { stop "Vivado states no $kind slack: is the clock constrained?" }
  if {$value < 0} {
    file delete -- $top.bit $top.hwh
    stop "timing is not met at $mhz MHz: $kind slack $value ns; see reports/timing.rpt, and give a slower clock"
  }
}

# PYNQ wants both files under one stem.
set bit [file join [get_property DIRECTORY [get_runs impl_1]] system_wrapper.bit]
set hwh [lindex [glob -nocomplain -directory $work \
  $top.gen/sources_1/bd/system/hw_handoff/system.hwh $top.srcs/sources_1/bd/system/hw_handoff/system.hwh] 0]
if {$hwh eq ""} { stop "Vivado has left no system.hwh under '$work'" }
file copy -force -- $bit $top.bit
file copy -force -- $hwh $top.hwh
file copy -force -- [file join $here driver.py] [file join $here design.json] .
puts "build.tcl: $top.bit and $top.hwh for $board at $mhz MHz, setup slack $slack ns"
exit 0
