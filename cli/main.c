#include <stdio.h>

int main(void)
{
	fputs("homenode: no commands yet\n", stderr);
	return 2;
}
