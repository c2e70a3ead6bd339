/* Tariff functions of fastavs: reading a saved one, and evaluating it. See fastavs_tariff.h.

   The evaluation goes operation by operation as fastavs/kernels/tariff_cells.py: both give the same bits, as long as the
   compiler does not merge products and sums or reorder them. */
#if defined(__clang__) || !defined(__GNUC__)
#pragma STDC FP_CONTRACT OFF
#else
#pragma GCC optimize("fp-contract=off")
#endif
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "fastavs_tariff.c: -ffast-math and -ffinite-math-only change what NaN means; compile this file without them"
#endif

#include "fastavs_tariff.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if UINTPTR_MAX != 0xFFFFFFFFFFFFFFFFu
#error "fastavs_tariff.c: a machine with addresses of 64 bits is needed"
#endif

enum { CONST, TERM, ADD, SUB, MAX, MIN };
enum { STACK = 64, VERSION = 1, HEAD = 1024, FIRST_COUNT = 8, COUNTS = 11, FIRST_ARRAY = 32, ARRAYS = 29 };
static const double LEAST = 1e-100, MOST = 1e100;

/* What a function is known by: the table that fastavs.kernels.tariffs.table_of makes. */
struct fastavs_tariff {
    int64_t version, years, sectors, regions, currencies, curves, kinks, lines, parts, observations, operations, pairs;
    const double *constant;
    const int64_t *cell_curve, *price, *borrowed, *currency, *start;
    const double *kink, *intercept, *slope;
    const int64_t *cell_line;
    const double *weight;
    const int64_t *side, *part, *op_start, *seen_price, *seen_borrowed;
    const double *share;
    const int64_t *op, *op_currency;
    const double *number;
    const int64_t *pair_cell, *pair_price;
    const double *ones;
};

/* What was opened here: all of it is one piece of memory. */
typedef struct {
    fastavs_tariff f;
    const int64_t *year;
    const char **name; /* of sectors, regions, currencies */
} Opened;

/* ---- evaluation ---- */

typedef struct {
    const double *price, *fx, *ad_valorem, *specific;
    int64_t price_step, fx_step, ad_valorem_step, specific_step;
} Factors;

typedef struct {
    double *tariff, *price, *fx, *ad_valorem, *specific, *borrowed;
} Answer;

static int64_t first_outside(const double *values, int64_t size, int zero) {
    for (int64_t i = 0; i < size; i++) {
        const double x = values[i];
        if (!((LEAST <= x && x <= MOST) || (zero && x == 0.0))) return i;
    }
    return -1;
}

/* How many of a curve's kinks are at phi or below. */
static inline int64_t piece_at(const double *kink, int64_t first, int64_t last, double phi) {
    int64_t base = first, n = last - first;
    while (n > 1) {
        const int64_t half = n >> 1;
        base += half & -(int64_t)(kink[base + half - 1] <= phi); /* no jump: nobody could guess it */
        n -= half;
    }
    return base - first + (n == 1 && kink[base] <= phi);
}

/* Evaluate an observation's program into flat[0] and paid[0]; returns a bit for each choice of a second side. */
static uint64_t run_program(const fastavs_tariff *f, int64_t one, double percent, double amount, double price,
                            const double *fx, double *flat, double *paid) {
    int64_t top = 0;
    uint64_t choices = 0;
    const int64_t first = f->op_start[one];
    for (int64_t i = first; i < f->op_start[one + 1]; i++) {
        const int64_t code = f->op[i];
        if (code == CONST) {
            flat[top] = f->number[i];
            paid[top] = 0.0;
            top++;
            continue;
        }
        if (code == TERM) {
            flat[top] = 0.0;
            paid[top] = f->number[i] * (fx[f->op_currency[i]] / price);
            top++;
            continue;
        }
        top--;
        const int64_t left = top - 1;
        if (code == ADD) {
            flat[left] += flat[top];
            paid[left] += paid[top];
        } else if (code == SUB) {
            flat[left] -= flat[top];
            paid[left] -= paid[top];
        } else {
            const double x = percent * flat[left] + amount * paid[left];
            const double y = percent * flat[top] + amount * paid[top];
            /* at a tie, what comes when all specific duties rise */
            const int greater = x == y ? paid[top] > paid[left] : y > x;
            const int lesser = x == y ? paid[top] < paid[left] : y < x;
            if (code == MAX ? greater : lesser) {
                flat[left] = flat[top];
                paid[left] = paid[top];
                choices |= (uint64_t)1 << (i - first);
            }
        }
    }
    return choices;
}

/* What the parts of a side add by percentages and by amounts, each with a scale of 1. */
static void side_of(const fastavs_tariff *f, int64_t first, int64_t last, double percent, double amount,
                    const Factors *given, const double *fx, double *flat, double *paid, double *by_percent,
                    double *by_amount) {
    const double relative = amount / percent;
    double x = 0.0, due = 0.0;
    for (int64_t p = first; p < last; p++) {
        const int64_t u = f->part[p];
        if (u >= 0) {
            const double ratio = fx[f->currency[u]] / given->price[f->price[u] * given->price_step];
            const int64_t low = f->start[u];
            const int64_t at = low + u + piece_at(f->kink, low, f->start[u + 1], ratio * relative);
            x += f->intercept[at];
            due += ratio * f->slope[at];
        } else {
            const int64_t one = -1 - u;
            run_program(f, one, percent, amount, given->price[f->seen_price[one] * given->price_step], fx, flat, paid);
            x += f->share[one] * flat[0];
            due += f->share[one] * paid[0];
        }
    }
    *by_percent = x;
    *by_amount = due;
}

/* Hand a weight from a program's last operation back to its terms, on the sides that were taken. */
static double spread_program(const fastavs_tariff *f, int64_t one, uint64_t choices, double weight, double price,
                             const double *fx, double *d_fx, double *left) {
    double own = 0.0;
    const int64_t first = f->op_start[one];
    int64_t top = 1;
    left[0] = weight;
    for (int64_t i = f->op_start[one + 1] - 1; i >= first; i--) {
        const int64_t code = f->op[i];
        const double w = left[--top];
        if (code == CONST) continue;
        if (code == TERM) {
            const double due = w * (f->number[i] * (fx[f->op_currency[i]] / price));
            own += due;
            if (d_fx) d_fx[f->op_currency[i]] += due;
            continue;
        }
        const int second = (int)((choices >> (i - first)) & 1u);
        if (code == ADD || code == SUB) {
            left[top] = w;
            left[top + 1] = code == ADD ? w : -w;
        } else {
            left[top] = second ? 0.0 : w;
            left[top + 1] = second ? w : 0.0;
        }
        top += 2;
    }
    return own;
}

/* Add what a side pays by amounts to the currencies and to borrowed prices; returns what its own price moves. */
static double spread_side(const fastavs_tariff *f, int64_t first, int64_t last, double weight, double percent,
                          double amount, const Factors *given, const double *fx, const Answer *answer, double *d_fx,
                          double *flat, double *paid) {
    const double relative = amount / percent;
    double own = 0.0;
    for (int64_t p = first; p < last; p++) {
        const int64_t u = f->part[p];
        double due;
        int64_t pair;
        if (u >= 0) {
            const double ratio = fx[f->currency[u]] / given->price[f->price[u] * given->price_step];
            const int64_t low = f->start[u];
            const int64_t at = low + u + piece_at(f->kink, low, f->start[u + 1], ratio * relative);
            due = weight * (ratio * f->slope[at]);
            if (d_fx) d_fx[f->currency[u]] += due;
            pair = f->borrowed[u];
        } else {
            const int64_t one = -1 - u;
            const double price = given->price[f->seen_price[one] * given->price_step];
            const uint64_t choices = run_program(f, one, percent, amount, price, fx, flat, paid);
            due = spread_program(f, one, choices, weight * f->share[one], price, fx, d_fx, flat);
            pair = f->seen_borrowed[one];
        }
        if (pair < 0)
            own += due;
        else if (answer->borrowed)
            answer->borrowed[pair] += due;
    }
    return own;
}

static void fill_unknown(const fastavs_tariff *f, int64_t cell, const Answer *answer) {
    if (answer->tariff) answer->tariff[cell] = NAN;
    if (answer->price) answer->price[cell] = NAN;
    if (answer->ad_valorem) answer->ad_valorem[cell] = NAN;
    if (answer->specific) answer->specific[cell] = NAN;
    if (answer->fx)
        for (int64_t j = 0; j < f->currencies; j++) answer->fx[cell * f->currencies + j] = NAN;
}

static void fill_cell(const fastavs_tariff *f, int64_t cell, const Factors *given, const double *fx,
                      const Answer *answer, double *flat, double *paid) {
    const double by_percent = given->ad_valorem[cell * given->ad_valorem_step];
    const double by_amount = given->specific[cell * given->specific_step];
    const int nothing = by_percent == 0.0 && by_amount == 0.0; /* the pieces are those of both scales 1 then */
    const double percent = nothing ? 1.0 : by_percent, amount = nothing ? 1.0 : by_amount;
    const double relative = amount / percent; /* infinite where percentages count nothing */
    double *d_fx = answer->fx ? answer->fx + cell * f->currencies : NULL;
    double total = f->constant[cell], due_total = 0.0, own = 0.0;
    if (d_fx)
        for (int64_t j = 0; j < f->currencies; j++) d_fx[j] = 0.0;
    for (int64_t u = f->cell_curve[cell]; u < f->cell_curve[cell + 1]; u++) {
        const double ratio = fx[f->currency[u]] / given->price[f->price[u] * given->price_step];
        const int64_t low = f->start[u];
        const int64_t at = low + u + piece_at(f->kink, low, f->start[u + 1], ratio * relative);
        const double due = ratio * f->slope[at];
        total += f->intercept[at];
        due_total += due;
        if (d_fx) d_fx[f->currency[u]] += due;
        if (f->borrowed[u] < 0)
            own += due;
        else if (answer->borrowed)
            answer->borrowed[f->borrowed[u]] += due;
    }
    for (int64_t line = f->cell_line[cell]; line < f->cell_line[cell + 1]; line++) {
        int64_t first = f->side[2 * line], middle = f->side[2 * line + 1];
        const int64_t last = f->side[2 * line + 2];
        double x, x_due, y, y_due;
        side_of(f, first, middle, percent, amount, given, fx, flat, paid, &x, &x_due);
        if (last > middle) {
            side_of(f, middle, last, percent, amount, given, fx, flat, paid, &y, &y_due);
            const double applied = percent * x + amount * x_due, bound = percent * y + amount * y_due;
            /* at a tie, what comes when specific duties rise */
            const int lesser = applied == bound ? y_due < x_due : bound < applied;
            if (middle == first || lesser) {
                x = y;
                x_due = y_due;
                first = middle;
                middle = last;
            }
        }
        const double weight = f->weight[line];
        total += weight * x;
        due_total += weight * x_due;
        if (d_fx || answer->price || answer->borrowed)
            own += spread_side(f, first, middle, weight, percent, amount, given, fx, answer, d_fx, flat, paid);
    }
    if (answer->tariff) answer->tariff[cell] = by_percent * total + by_amount * due_total;
    if (answer->price) answer->price[cell] = 0.0 - by_amount * own / given->price[cell * given->price_step];
    if (answer->ad_valorem) answer->ad_valorem[cell] = total;
    if (answer->specific) answer->specific[cell] = due_total;
    if (d_fx)
        for (int64_t j = 0; j < f->currencies; j++) d_fx[j] = by_amount * d_fx[j] / fx[j];
}

int64_t fastavs_tariff_evaluate(const fastavs_tariff *f, const double *price, const double *fx,
                                const double *ad_valorem, const double *specific, double *tariff, double *d_price,
                                double *d_fx, double *d_ad_valorem, double *d_specific, double *d_borrowed) {
    const int64_t cells = fastavs_tariff_cells(f), a_year = f->sectors * f->regions;
    const Factors given = {price ? price : f->ones,
                           fx ? fx : f->ones,
                           ad_valorem ? ad_valorem : f->ones,
                           specific ? specific : f->ones,
                           price ? 1 : 0,
                           fx ? f->currencies : 0,
                           ad_valorem ? 1 : 0,
                           specific ? 1 : 0};
    const Answer answer = {tariff, d_price, d_fx, d_ad_valorem, d_specific, d_borrowed};
    double flat[STACK], paid[STACK];
    int64_t at = price ? first_outside(price, cells, 0) : -1;
    if (at >= 0) return 10 * at + 1;
    at = fx ? first_outside(fx, f->years * f->currencies, 0) : -1;
    if (at >= 0) return 10 * at + 2;
    at = ad_valorem ? first_outside(ad_valorem, cells, 1) : -1;
    if (at >= 0) return 10 * at + 3;
    at = specific ? first_outside(specific, cells, 1) : -1;
    if (at >= 0) return 10 * at + 4;
    if (d_borrowed)
        for (int64_t b = 0; b < f->pairs; b++) d_borrowed[b] = 0.0;
    for (int64_t cell = 0; cell < cells; cell++) {
        if (isnan(f->constant[cell]))
            fill_unknown(f, cell, &answer);
        else
            fill_cell(f, cell, &given, given.fx + cell / a_year * given.fx_step, &answer, flat, paid);
    }
    for (int64_t b = 0; d_borrowed && b < f->pairs; b++) {
        const int64_t cell = f->pair_cell[b];
        if (isnan(f->constant[cell]))
            d_borrowed[b] = NAN;
        else
            d_borrowed[b] = 0.0 - given.specific[cell * given.specific_step] * d_borrowed[b] /
                                      given.price[f->pair_price[b] * given.price_step];
    }
    return 0;
}

/* ---- counts and names ---- */

int64_t fastavs_tariff_years(const fastavs_tariff *f) { return f->years; }
int64_t fastavs_tariff_sectors(const fastavs_tariff *f) { return f->sectors; }
int64_t fastavs_tariff_regions(const fastavs_tariff *f) { return f->regions; }
int64_t fastavs_tariff_currencies(const fastavs_tariff *f) { return f->currencies; }
int64_t fastavs_tariff_cells(const fastavs_tariff *f) { return f->years * f->sectors * f->regions; }
int64_t fastavs_tariff_pairs(const fastavs_tariff *f) { return f->pairs; }

int fastavs_tariff_pair(const fastavs_tariff *f, int64_t pair, int64_t *cell, int64_t *price) {
    if (pair < 0 || pair >= f->pairs) return -1;
    *cell = f->pair_cell[pair];
    *price = f->pair_price[pair];
    return 0;
}

static const char *name_of(const fastavs_tariff *f, int64_t place, int64_t first, int64_t size) {
    return place < 0 || place >= size ? NULL : ((const Opened *)(const void *)f)->name[first + place];
}

const char *fastavs_tariff_sector(const fastavs_tariff *f, int64_t place) { return name_of(f, place, 0, f->sectors); }

const char *fastavs_tariff_region(const fastavs_tariff *f, int64_t place) {
    return name_of(f, place, f->sectors, f->regions);
}

const char *fastavs_tariff_currency(const fastavs_tariff *f, int64_t place) {
    return name_of(f, place, f->sectors + f->regions, f->currencies);
}

int64_t fastavs_tariff_year(const fastavs_tariff *f, int64_t place) {
    return place < 0 || place >= f->years ? 0 : ((const Opened *)(const void *)f)->year[place];
}

const char *fastavs_tariff_message(int trouble) {
    static const char *const messages[] = {
        "fine",
        "the tariff function cannot be read: no such file, or the system refuses",
        "the file is no tariff function of fastavs",
        "the tariff function is of another version of fastavs",
        "the numbers of this machine are not little-endian",
        "the tariff function is damaged: delete the file, and save it anew",
        "there is no memory for the tariff function",
    };
    return trouble < 0 || trouble > FASTAVS_TARIFF_MEMORY ? "unknown trouble" : messages[trouble];
}

/* ---- reading ---- */

/* CRC-32 as zlib has it, eight bytes at a time, on from `sum`. */
static uint32_t crc32_of(const unsigned char *bytes, size_t size, uint32_t sum) {
    uint32_t table[8][256];
    for (uint32_t n = 0; n < 256; n++) {
        uint32_t c = n;
        for (int k = 0; k < 8; k++) c = c & 1u ? 0xEDB88320u ^ (c >> 1) : c >> 1;
        table[0][n] = c;
    }
    for (int n = 0; n < 256; n++)
        for (int k = 1; k < 8; k++) table[k][n] = (table[k - 1][n] >> 8) ^ table[0][table[k - 1][n] & 255u];
    sum = ~sum;
    for (; size >= 8; size -= 8, bytes += 8) {
        sum ^= (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
        sum = table[7][sum & 255u] ^ table[6][(sum >> 8) & 255u] ^ table[5][(sum >> 16) & 255u] ^ table[4][sum >> 24] ^
              table[3][bytes[4]] ^ table[2][bytes[5]] ^ table[1][bytes[6]] ^ table[0][bytes[7]];
    }
    for (; size; size--, bytes++) sum = (sum >> 8) ^ table[0][(sum ^ *bytes) & 255u];
    return ~sum;
}

/* Whether parts begin at 0, never fall, and end at `end`. */
static int rises(const int64_t *start, int64_t parts, int64_t end) {
    if (start[0] != 0 || start[parts] != end) return 0;
    for (int64_t i = 0; i < parts; i++)
        if (start[i] > start[i + 1]) return 0;
    return 1;
}

static int within(const int64_t *values, int64_t size, int64_t low, int64_t below) {
    for (int64_t i = 0; i < size; i++)
        if (values[i] < low || values[i] >= below) return 0;
    return 1;
}

/* Whether each program leaves one number, and never takes what is not there. */
static int programs_fit(const fastavs_tariff *f) {
    for (int64_t one = 0; one < f->observations; one++) {
        int64_t height = 0;
        const int64_t first = f->op_start[one], last = f->op_start[one + 1];
        if (last - first > STACK) return 0;
        for (int64_t i = first; i < last; i++) {
            height += f->op[i] <= TERM ? 1 : -1;
            if (height < 1) return 0;
            if (f->op[i] == TERM && (f->op_currency[i] < 0 || f->op_currency[i] >= f->currencies)) return 0;
        }
        if (height != 1) return 0;
    }
    return 1;
}

/* Whether all places that the evaluation looks at are there. */
static int places_fit(const fastavs_tariff *f) {
    const int64_t cells = fastavs_tariff_cells(f), last = f->cell_curve[cells];
    return last >= 0 && last <= f->curves && rises(f->cell_curve, cells, last) &&
           within(f->price, f->curves, 0, cells) && within(f->borrowed, f->curves, -1, f->pairs) &&
           within(f->currency, f->curves, 0, f->currencies) && rises(f->start, f->curves, f->kinks) &&
           rises(f->cell_line, cells, f->lines) && rises(f->side, 2 * f->lines, f->parts) &&
           within(f->part, f->parts, -f->observations, f->curves) &&
           rises(f->op_start, f->observations, f->operations) && within(f->seen_price, f->observations, 0, cells) &&
           within(f->seen_borrowed, f->observations, -1, f->pairs) && within(f->op, f->operations, CONST, MIN + 1) &&
           within(f->pair_cell, f->pairs, 0, cells) && within(f->pair_price, f->pairs, 0, cells) && programs_fit(f);
}

/* Read the counts of a head; whether they fit a file of that size. */
static int read_counts(const int64_t *head, fastavs_tariff *f) {
    const int64_t size = head[3], *count = head + FIRST_COUNT;
    for (int i = 0; i < COUNTS; i++)
        if (count[i] < 0 || count[i] > size) return 0;
    int64_t cells = count[0];
    for (int i = 1; i < 3; i++) {
        if (cells && count[i] > size / cells) return 0;
        cells *= count[i];
    }
    f->version = VERSION;
    f->years = count[0];
    f->sectors = count[1];
    f->regions = count[2];
    f->currencies = count[3];
    f->curves = count[4];
    f->kinks = count[5];
    f->lines = count[6];
    f->parts = count[7];
    f->observations = count[8];
    f->operations = count[9];
    f->pairs = count[10];
    return 1;
}

/* Find the arrays behind a head; whether each lies within the file and has its size. */
static int find_arrays(const unsigned char *file, const int64_t *head, const fastavs_tariff *f, const void **array) {
    const int64_t q = fastavs_tariff_cells(f), u = f->curves, n = f->kinks, o = f->observations, k = f->operations;
    const int64_t m = f->lines, p = f->parts, b = f->pairs;
    const int64_t length[ARRAYS] = {q, q + 1,     u, u,     u, u + 1, n, n + u, n + u, q + 1, /* curves, lines by cell */
                                    m, 2 * m + 1, p, o + 1, o, o,     o, k,     k,     k,     /* lines */
                                    b, b, q, q, q, f->years, -1, -1, -1};
    for (int i = 0; i < ARRAYS; i++) {
        const int64_t offset = head[FIRST_ARRAY + 2 * i], bytes = head[FIRST_ARRAY + 2 * i + 1];
        if (offset < HEAD || offset % 64 || bytes < 0 || offset > head[3] || bytes > head[3] - offset) return 0;
        if (length[i] >= 0 && bytes != 8 * length[i]) return 0;
        array[i] = file + offset;
    }
    return 1;
}

static void take_arrays(fastavs_tariff *f, const void *const *at) {
    f->constant = at[0];
    f->cell_curve = at[1];
    f->price = at[2];
    f->borrowed = at[3];
    f->currency = at[4];
    f->start = at[5];
    f->kink = at[6];
    f->intercept = at[7];
    f->slope = at[8];
    f->cell_line = at[9];
    f->weight = at[10];
    f->side = at[11];
    f->part = at[12];
    f->op_start = at[13];
    f->seen_price = at[14];
    f->seen_borrowed = at[15];
    f->share = at[16];
    f->op = at[17];
    f->op_currency = at[18];
    f->number = at[19];
    f->pair_cell = at[20];
    f->pair_price = at[21];
}

/* Whether a head is that of a file of `size` bytes which is ours and of this version. */
static int check_head(const int64_t *head, int64_t size) {
    if (memcmp(head, "FASTAVST", 8) != 0) return FASTAVS_TARIFF_FOREIGN;
    if (size < HEAD) return FASTAVS_TARIFF_DAMAGED;
    if (head[2] == INT64_C(0x0807060504030201)) return FASTAVS_TARIFF_MACHINE;
    if (head[1] != VERSION) return FASTAVS_TARIFF_VERSION;
    if (head[2] != INT64_C(0x0102030405060708) || head[3] != size) return FASTAVS_TARIFF_DAMAGED;
    return head[5] == COUNTS && head[6] == ARRAYS ? FASTAVS_TARIFF_FINE : FASTAVS_TARIFF_DAMAGED;
}

/* Hold the content of a file against its checksum and its counts, and find everything in it. */
static int take_file(Opened *opened, const unsigned char *file, const char **name, double *ones) {
    int64_t head[HEAD / 8];
    const void *array[ARRAYS];
    memcpy(head, file, HEAD);
    const int64_t checksum = head[4], size = head[3];
    head[4] = 0;
    uint32_t sum = crc32_of((const unsigned char *)head, HEAD, 0);
    sum = crc32_of(file + HEAD, (size_t)(size - HEAD), sum);
    if ((int64_t)sum != checksum) return FASTAVS_TARIFF_DAMAGED;
    if (!find_arrays(file, head, &opened->f, array)) return FASTAVS_TARIFF_DAMAGED;
    take_arrays(&opened->f, array);
    opened->year = array[25];
    const int64_t names = opened->f.sectors + opened->f.regions + opened->f.currencies;
    const char *text = array[26], *end = text + head[FIRST_ARRAY + 2 * 26 + 1];
    for (int64_t i = 0; i < names; i++) {
        const char *stop = text < end ? memchr(text, 0, (size_t)(end - text)) : NULL;
        if (!stop) return FASTAVS_TARIFF_DAMAGED;
        name[i] = text;
        text = stop + 1;
    }
    opened->name = name;
    for (int64_t i = 0; i < opened->f.currencies || i < 1; i++) ones[i] = 1.0;
    opened->f.ones = ones;
    return places_fit(&opened->f) ? FASTAVS_TARIFF_FINE : FASTAVS_TARIFF_DAMAGED;
}

static int read_file(FILE *stream, fastavs_tariff **found) {
    int64_t head[HEAD / 8] = {0};
    Opened opened;
    memset(&opened, 0, sizeof opened);
    if (fseek(stream, 0, SEEK_END) != 0) return FASTAVS_TARIFF_UNREADABLE;
    const int64_t size = (int64_t)ftell(stream);
    if (size < 0 || fseek(stream, 0, SEEK_SET) != 0) return FASTAVS_TARIFF_UNREADABLE;
    const size_t begin = fread(head, 1, HEAD, stream);
    if (ferror(stream)) return FASTAVS_TARIFF_UNREADABLE;
    const int trouble = check_head(head, size);
    if (trouble) return trouble;
    if (begin != HEAD || !read_counts(head, &opened.f)) return FASTAVS_TARIFF_DAMAGED;
    /* all of it in one piece: what is opened, the names' addresses, ones, and the file */
    const size_t names = (size_t)(opened.f.sectors + opened.f.regions + opened.f.currencies);
    const size_t of_names = names * sizeof(char *), of_ones = ((size_t)opened.f.currencies + 1) * sizeof(double);
    unsigned char *memory = malloc(sizeof opened + of_names + of_ones + (size_t)size);
    if (!memory) return FASTAVS_TARIFF_MEMORY;
    unsigned char *file = memory + sizeof opened + of_names + of_ones;
    memcpy(file, head, HEAD);
    const size_t rest = (size_t)size - HEAD;
    int wrong = fread(file + HEAD, 1, rest, stream) == rest ? FASTAVS_TARIFF_FINE : FASTAVS_TARIFF_DAMAGED;
    if (!wrong) {
        wrong = take_file(&opened, file, (const char **)(void *)(memory + sizeof opened),
                          (double *)(void *)(memory + sizeof opened + of_names));
    }
    if (wrong) {
        free(memory);
        return wrong;
    }
    memcpy(memory, &opened, sizeof opened);
    *found = &((Opened *)(void *)memory)->f;
    return FASTAVS_TARIFF_FINE;
}

int fastavs_tariff_open(const char *path, fastavs_tariff **opened) {
    *opened = NULL;
    FILE *stream = path ? fopen(path, "rb") : NULL;
    if (!stream) return FASTAVS_TARIFF_UNREADABLE;
    const int trouble = read_file(stream, opened);
    fclose(stream);
    return trouble;
}

void fastavs_tariff_close(fastavs_tariff *opened) { free(opened); }
