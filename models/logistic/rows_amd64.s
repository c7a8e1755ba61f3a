#include "textflag.h"

// func addRows32(out, values *float32, rows *int, n int)
//
// out[0…31] += Σ_i values[rows[i] … rows[i]+31]. Each place is the same sum in the same order as in Go.
TEXT ·addRows32(SB), NOSPLIT, $0-32
	MOVQ out+0(FP), DX
	MOVQ values+8(FP), SI
	MOVQ rows+16(FP), DI
	MOVQ n+24(FP), CX
	VMOVUPS (DX), Y0
	VMOVUPS 32(DX), Y1
	VMOVUPS 64(DX), Y2
	VMOVUPS 96(DX), Y3
	TESTQ CX, CX
	JZ    done

loop:
	MOVQ   (DI), AX
	VADDPS (SI)(AX*4), Y0, Y0
	VADDPS 32(SI)(AX*4), Y1, Y1
	VADDPS 64(SI)(AX*4), Y2, Y2
	VADDPS 96(SI)(AX*4), Y3, Y3
	ADDQ   $8, DI
	DECQ   CX
	JNZ    loop

done:
	VMOVUPS Y0, (DX)
	VMOVUPS Y1, 32(DX)
	VMOVUPS Y2, 64(DX)
	VMOVUPS Y3, 96(DX)
	VZEROUPPER
	RET
