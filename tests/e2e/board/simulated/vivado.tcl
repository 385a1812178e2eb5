# Stands in for Vivado: tclsh vivado.tcl LOG SCRIPT ARGUMENTS...
# Every command that the scripts use is here and nothing else: it notes itself in LOG, a list of words a line, and
# returns what Vivado would. What differs from a good run says the environment.

set stub_log [open [lindex $argv 0] w]
set script [lindex $argv 1]
set argv [lrange $argv 2 end]

proc note {name words} {
  puts $::stub_log [linsert $words 0 $name]
  flush $::stub_log
}
proc setting {name default} {
  return [expr {[info exists ::env($name)] ? $::env($name) : $default}]
}
# A command that notes itself and returns the value of `body`, which sees its words as `args`.
proc stub {name {body {}}} {
  proc $name args "note {$name} \$args\n$body"
}

foreach name {set_property read_verilog add_files update_compile_order create_bd_design apply_bd_automation
    connect_bd_intf_net connect_bd_net assign_bd_address validate_bd_design save_bd_design make_wrapper launch_runs
    wait_on_run open_run report_timing_summary report_utilization update_ip_catalog ipx::associate_bus_interfaces
    ipx::create_xgui_files ipx::update_checksums ipx::check_integrity} {
  if {[string match ipx::* $name]} { namespace eval ipx {} }
  stub $name
}
stub current_project { return project }
stub current_fileset { return sources_1 }
stub get_files { return [lindex $args end] }
stub get_runs { return [lindex $args end] }
stub get_bd_intf_pins { return [lindex $args end] }
stub get_bd_pins { return [lindex $args end] }
stub get_bd_cells { return [setting QFX_RESETS rst_ps_100M] }
stub create_bd_cell { return /[lindex $args end] }
stub get_board_parts { return [setting QFX_BOARD_PARTS [string map {* 1.9} [lindex $args end]]] }
stub get_ipdefs {
  if {[string match *[setting QFX_MISSING_IP none]* [lindex $args end]]} { return {} }
  set found {}
  foreach version {7.1 7.10 7.9} {
    lappend found [string map [list *:*: xilinx.com:hls: * $version] [lindex $args end]]
  }
  return $found
}
stub create_project {
  if {[lindex $args 0] eq "-in_memory"} return
  set ::stub_folder [lindex $args 2]
  file mkdir $::stub_folder/run
  close [open $::stub_folder/run/system_wrapper.bit w]
  set top [lindex $args 1]
  set handoff $::stub_folder/$top.gen/sources_1/bd/system/hw_handoff
  file mkdir $handoff
  if {[setting QFX_HWH 1]} { close [open $handoff/system.hwh w] }
}
stub get_property {
  switch [lindex $args 0] {
    PROGRESS { return [setting QFX_PROGRESS 100%] }
    DIRECTORY { return $::stub_folder/run }
    STATS.WNS { return [setting QFX_WNS 0.125] }
    STATS.WHS { return [setting QFX_WHS 0.01] }
  }
  error "no such property here: $args"
}
stub ipx::package_project { set ::stub_core [lindex $args 1] }
stub ipx::current_core { return core }
stub ipx::save_core {
  if {[setting QFX_COMPONENT 1]} {
    file mkdir $::stub_core
    close [open $::stub_core/component.xml w]
  }
}
source $script
error "the script did not say how it ended"
