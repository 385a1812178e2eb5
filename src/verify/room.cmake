# Where the vendor's headers were unpacked when QFX was built; the environment can name another place.
target_compile_definitions(qfx_verify PRIVATE QFX_AP_TYPES_DIR="${QFX_AP_TYPES_DIR}")
