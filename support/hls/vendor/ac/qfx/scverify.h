// What Catapult's test benches are written with. Where its mc_scverify.h is at hand the top function
// that a bench calls may be the C++ or the RTL made of it; elsewhere it is the C++.
//
// CCS_MAIN(int argc, char** argv) begins the bench, CCS_DESIGN(top)(...) calls the design,
// CCS_RETURN(code) ends it.
#ifndef QFX_SCVERIFY_H_
#define QFX_SCVERIFY_H_

#ifdef __has_include
#if __has_include("mc_scverify.h")
#include "mc_scverify.h"
#endif
#endif

#ifndef CCS_MAIN
#define CCS_MAIN(...) int main(__VA_ARGS__)
#define CCS_DESIGN(top) top
#define CCS_RETURN(code) return code
#endif

#endif  // QFX_SCVERIFY_H_
