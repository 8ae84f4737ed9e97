# A file becomes an array in C, with a 0 behind it. Run by the build:
#	cmake -DFILE=results/rules/quality.json -DOUTPUT=quality_rules.c -P embed_rules.cmake
cmake_minimum_required(VERSION 3.22)

file(READ ${FILE} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" hex "${hex}")
file(WRITE ${OUTPUT} "#include \"report/check/rules.h\"\n\nconst unsigned char quality_rules[] = {\n${hex}0};\n")
