/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every file of the folders named on the command line through a fuzz target, without libFuzzer. */
#include "fuzz.h"

#include <glob.h>
#include <string.h>

static void replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(1);
    }
    size_t size = (size_t)ftell(file);
    uint8_t *data = malloc(size > 0 ? size : 1); /* as long as the input, for sanitizers */
    rewind(file);
    if (data == NULL || fread(data, 1, size, file) != size) {
        perror(path);
        exit(1);
    }
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

/* The name is printed first, so that the last line names the input that ended the program. */
static int replay_folder(int case_number, const char *folder)
{
    char pattern[4096];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/*", folder);
    if (glob(pattern, 0, NULL, &found) != 0) {
        fprintf(stderr, "%s: no inputs\n", folder);
        exit(1);
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        printf("# %s\n", found.gl_pathv[i]);
        replay_file(found.gl_pathv[i]);
    }
    printf("ok %d - %zu inputs of %s hold\n", case_number, found.gl_pathc, strrchr(folder, '/') + 1);
    globfree(&found);
    return 1;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++)
        replay_folder(i, argv[i]);
    printf("1..%d\n", argc - 1);
    return argc > 1 ? 0 : 2;
}
