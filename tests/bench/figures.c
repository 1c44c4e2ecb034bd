/* SPDX-License-Identifier: Apache-2.0 */
/* How figures are taken and printed. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_FIGURES = 256, MAX_NAME = 64 };

void figure(const char *name, double value, const char *unit)
{
    int digits = value >= 100 ? 1 : value >= 0.1 || value == 0 ? 3 : 5;
    printf("figure %s %.*f %s\n", name, digits, value, unit);
    fflush(stdout);
}

void figure_and_floor(const char *name, double value, double floor, const char *unit)
{
    char line[MAX_NAME];
    figure(name, value, unit);
    snprintf(line, sizeof line, "%s_floor", name);
    figure(line, floor, unit);
}

/* ---- ratios ---- */

static struct {
    char name[MAX_NAME];
    double value;
} seen[MAX_FIGURES];
static size_t seen_count;

static void remember(const char *name, double value)
{
    if (seen_count == MAX_FIGURES)
        fail("too many figures");
    snprintf(seen[seen_count].name, sizeof seen[0].name, "%s", name);
    seen[seen_count++].value = value;
}

static void print_ratio(const char *name, double floor)
{
    char line[MAX_NAME + 8];
    for (size_t i = 0; i < seen_count; i++)
        if (strcmp(seen[i].name, name) == 0 && floor > 0) {
            snprintf(line, sizeof line, "%s_ratio", name);
            figure(line, seen[i].value / floor, "times");
        }
}

void figures_pass_on(FILE *from)
{
    static const char suffix[] = "_floor";
    char line[256], name[MAX_NAME];
    double value;
    while (fgets(line, sizeof line, from) != NULL) {
        fputs(line, stdout);
        fflush(stdout);
        if (sscanf(line, "figure %63s %lf", name, &value) != 2)
            continue;
        size_t length = strlen(name), end = sizeof suffix - 1;
        remember(name, value);
        if (length > end && strcmp(name + length - end, suffix) == 0) {
            name[length - end] = '\0';
            print_ratio(name, value);
        }
    }
}

/* ---- samples ---- */

int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

double us_since(int64_t before_ns)
{
    return (double)(now_ns() - before_ns) / 1e3;
}

double ms_since(int64_t before_ns)
{
    return (double)(now_ns() - before_ns) / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double quantile(double *sample, size_t count, double q)
{
    qsort(sample, count, sizeof *sample, compare);
    return sample[(size_t)((double)(count - 1) * q)];
}

_Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}
