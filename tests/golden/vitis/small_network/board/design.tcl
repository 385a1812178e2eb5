# What build.tcl and ip.tcl know of this design.
set design(model) "small network"
set design(top) "small_network"
set design(source) ip
set design(files) [list]
set design(memories) [list]
set design(ip_folder) "small_network_hls/solution1/impl/ip"
set design(clock) "ap_clk"
set design(reset) "ap_rst_n"
set design(input) "s_axis"
set design(input_width) 32
set design(outputs) [list "m_axis"]
set design(output_widths) [list "8"]
set design(mhz) 200.000
