# The design of design.tcl as an IP for block designs of your own.
#   vivado -mode batch -source ip.tcl [-tclargs PART]
# Leaves ip/component.xml with copies of all files.

proc stop {text} {
  puts stderr "ip.tcl: $text"
  exit 1
}

set here [file dirname [file normalize [info script]]]
set root [file dirname $here]
source [file join $here design.tcl]

set arguments [expr {[info exists argv] ? $argv : {}}]
if {[llength $arguments] > 1} { stop "give a part or nothing: -tclargs PART" }
set part [expr {[llength $arguments] == 1 ? [lindex $arguments 0] : "xc7z020clg400-1"}]
set top $design(top)

create_project -in_memory -force ${top}_ip -part $part
foreach file $design(files) { read_verilog [file join $root $file] }
foreach file $design(memories) {
  add_files -norecurse [file join $root $file]
  set_property file_type {Memory Initialization Files} [get_files [file tail $file]]
}
set_property top $top [current_fileset]
update_compile_order -fileset sources_1

set folder [file join [pwd] ip]
ipx::package_project -root_dir $folder -vendor qfx -library nn -taxonomy /UserIP -import_files -force
set core [ipx::current_core]
set_property name $top $core
set_property version 1.0 $core
set_property display_name $design(model) $core
set_property description {Neural network in fixed point} $core
set_property supported_families {zynq Production zynquplus Production artix7 Production kintex7 Production virtex7 Production} $core

# All streams belong to the one clock and its reset.
ipx::associate_bus_interfaces -busif $design(input) -clock $design(clock) $core
foreach output $design(outputs) { ipx::associate_bus_interfaces -busif $output -clock $design(clock) $core }
ipx::associate_bus_interfaces -clock $design(clock) -reset $design(reset) $core

ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::check_integrity $core
ipx::save_core $core
if {![file exists [file join $folder component.xml]]} { stop "Vivado has left no component.xml in '$folder'" }
puts "ip.tcl: [file join $folder component.xml]"
exit 0
