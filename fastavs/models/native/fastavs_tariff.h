/* Tariff functions of fastavs, from C: a saved function is opened and evaluated; nothing but libc is needed.

   Cells come in the order [year][sector][region]: cell = (year * sectors + sector) * regions + region.
   Any number of threads may evaluate one function at once: no memory is taken, nothing is kept.

       fastavs_tariff *f;
       int trouble = fastavs_tariff_open("tariff.avt", &f);
       if (trouble) { puts(fastavs_tariff_message(trouble)); return 1; }
       int64_t status = fastavs_tariff_evaluate(f, price, fx, NULL, NULL, tariff, d_price, d_fx, NULL, NULL, NULL);
       fastavs_tariff_close(f);

   Compile fastavs_tariff.c along, best with -O2 -ffp-contract=off: the answers then have the same bits as in Python.
   Do not use -ffast-math, -Ofast, -ffinite-math-only (the file refuses these), -funsafe-math-optimizations,
   -fassociative-math, -freciprocal-math, -fno-signed-zeros (it cannot see these, and its answers would differ), nor
   their like: /fp:fast, -fp-model fast. The caller's own files may use them, but then cannot tell NaN. */
#ifndef FASTAVS_TARIFF_H
#define FASTAVS_TARIFF_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fastavs_tariff fastavs_tariff;

/* What `fastavs_tariff_open` returns. */
enum {
    FASTAVS_TARIFF_FINE = 0,
    FASTAVS_TARIFF_UNREADABLE = 1, /* no such file, or it cannot be read */
    FASTAVS_TARIFF_FOREIGN = 2,    /* no tariff function of fastavs */
    FASTAVS_TARIFF_VERSION = 3,    /* of another version */
    FASTAVS_TARIFF_MACHINE = 4,    /* numbers of this machine are not little-endian */
    FASTAVS_TARIFF_DAMAGED = 5,    /* truncated, or not what was written */
    FASTAVS_TARIFF_MEMORY = 6      /* no memory */
};

/* Read a saved function into memory and check it. Returns 0 and sets *opened, or says what is wrong and sets it NULL. */
int fastavs_tariff_open(const char *path, fastavs_tariff **opened);
void fastavs_tariff_close(fastavs_tariff *opened); /* NULL is fine; only what was opened here */
const char *fastavs_tariff_message(int trouble);

int64_t fastavs_tariff_years(const fastavs_tariff *f);
int64_t fastavs_tariff_sectors(const fastavs_tariff *f);
int64_t fastavs_tariff_regions(const fastavs_tariff *f);
int64_t fastavs_tariff_currencies(const fastavs_tariff *f);
int64_t fastavs_tariff_cells(const fastavs_tariff *f);
int64_t fastavs_tariff_pairs(const fastavs_tariff *f); /* of cells whose prices move others' tariffs */

/* The tariff of cell `*cell` moves with the price of cell `*price` as well, by d_borrowed[pair]. 0, or -1: no such pair. */
int fastavs_tariff_pair(const fastavs_tariff *f, int64_t pair, int64_t *cell, int64_t *price);

/* Of a function opened here; names are UTF-8. NULL, or 0: no such place. They live until it is closed. */
const char *fastavs_tariff_sector(const fastavs_tariff *opened, int64_t place);
const char *fastavs_tariff_region(const fastavs_tariff *opened, int64_t place);
const char *fastavs_tariff_currency(const fastavs_tariff *opened, int64_t place);
int64_t fastavs_tariff_year(const fastavs_tariff *opened, int64_t place);

/* Evaluate all cells.

   price        double[cells], factors on base unit values          \
   fx           double[years][currencies], factors on base rates     | from 1e-100 to 1e100; the scales may be 0;
   ad_valorem   double[cells], scales of percentages                 | NULL: 1 everywhere
   specific     double[cells], scales of amounts                    /
   tariff       double[cells], fractions; NaN where no tariff is known
   d_price      double[cells], by the cell's own price               \
   d_fx         double[cells][currencies]                            | NULL: not wanted. What is written must not
   d_ad_valorem double[cells]                                        | overlap what is given.
   d_specific   double[cells]                                        |
   d_borrowed   double[pairs], by other cells' prices               /

   At a kink derivatives are those for specific duties rising. With both scales 0 tariffs are 0, and derivatives are
   those for both rising from there alike.

   Returns 0; or what is out of bounds (1 price, 2 fx, 3 ad_valorem, 4 specific) and its place: the last digit and
   those before it. Nothing is written then. */
int64_t fastavs_tariff_evaluate(const fastavs_tariff *f, const double *price, const double *fx,
                                const double *ad_valorem, const double *specific, double *tariff, double *d_price,
                                double *d_fx, double *d_ad_valorem, double *d_specific, double *d_borrowed);

#define FASTAVS_TARIFF_WHAT(status) ((int)((status) % 10))
#define FASTAVS_TARIFF_PLACE(status) ((status) / 10)

/* The same compiled by fastavs inside a process of Python: `TariffFunction.address`, called with what
   `TariffFunction.handle()` returns. Such a handle also goes to `fastavs_tariff_evaluate` and to the counts. */
typedef int64_t (*fastavs_tariff_function)(const fastavs_tariff *f, const double *price, const double *fx,
                                           const double *ad_valorem, const double *specific, double *tariff,
                                           double *d_price, double *d_fx, double *d_ad_valorem, double *d_specific,
                                           double *d_borrowed);

#ifdef __cplusplus
}
#endif

#endif
