! Tariff functions of fastavs, from Fortran: on top of fastavs_tariff.c, which is compiled and linked along.
!
! Arrays are those of fastavs_tariff.h with the order of indices turned round, as Fortran stores them: price, tariff,
! d_price and scales (regions, sectors, years), fx (currencies, years), d_fx (currencies, regions, sectors, years). All
! are handed over as they lie in memory, without their shapes. Places count from 0, as in C: cell = region - 1 +
! regions * (sector - 1 + sectors * (year - 1)) for indices from 1.
!
!     use fastavs_tariff
!     type(c_ptr) :: f
!     integer(c_int64_t) :: status
!     if (tariff_open('tariff.avt', f) /= 0) stop 1
!     status = tariff_evaluate(f, price=price, fx=fx, tariff=tariff, d_price=d_price)
!     call tariff_close(f)
module fastavs_tariff
  use, intrinsic :: iso_c_binding, only: c_associated, c_char, c_double, c_f_pointer, c_int, c_int64_t, c_null_char, &
    c_null_ptr, c_ptr, c_size_t
  implicit none
  private
  public :: c_double, c_int, c_int64_t, c_ptr, c_null_ptr
  public :: tariff_open, tariff_close, tariff_message, tariff_evaluate
  public :: tariff_years, tariff_sectors, tariff_regions, tariff_currencies, tariff_cells, tariff_pairs, tariff_pair
  public :: tariff_year, tariff_sector, tariff_region, tariff_currency

  interface
    function c_open(path, opened) bind(c, name='fastavs_tariff_open') result(trouble)
      import :: c_char, c_int, c_ptr
      character(kind=c_char), intent(in) :: path(*)
      type(c_ptr), intent(out) :: opened
      integer(c_int) :: trouble
    end function c_open

    function c_message(trouble) bind(c, name='fastavs_tariff_message') result(text)
      import :: c_int, c_ptr
      integer(c_int), value :: trouble
      type(c_ptr) :: text
    end function c_message

    subroutine c_close(opened) bind(c, name='fastavs_tariff_close')
      import :: c_ptr
      type(c_ptr), value :: opened
    end subroutine c_close

    ! What is absent is 1 everywhere, or not wanted. Returns 0; or 10 * place + what (1 price, 2 fx, 3 ad_valorem,
    ! 4 specific) of the first factor that is out of bounds, and nothing is written.
    function tariff_evaluate(f, price, fx, ad_valorem, specific, tariff, d_price, d_fx, d_ad_valorem, d_specific, &
        d_borrowed) bind(c, name='fastavs_tariff_evaluate') result(status)
      import :: c_double, c_int64_t, c_ptr
      type(c_ptr), value :: f
      real(c_double), intent(in), optional :: price(*), fx(*), ad_valorem(*), specific(*)
      real(c_double), intent(inout), optional :: tariff(*), d_price(*), d_fx(*), d_ad_valorem(*), d_specific(*)
      real(c_double), intent(inout), optional :: d_borrowed(*)
      integer(c_int64_t) :: status
    end function tariff_evaluate

    function tariff_years(f) bind(c, name='fastavs_tariff_years') result(count)
      import :: c_int64_t, c_ptr
      type(c_ptr), value :: f
      integer(c_int64_t) :: count
    end function tariff_years

    function tariff_sectors(f) bind(c, name='fastavs_tariff_sectors') result(count)
      import :: c_int64_t, c_ptr
      type(c_ptr), value :: f
      integer(c_int64_t) :: count
    end function tariff_sectors

    function tariff_regions(f) bind(c, name='fastavs_tariff_regions') result(count)
      import :: c_int64_t, c_ptr
      type(c_ptr), value :: f
      integer(c_int64_t) :: count
    end function tariff_regions

    function tariff_currencies(f) bind(c, name='fastavs_tariff_currencies') result(count)
      import :: c_int64_t, c_ptr
      type(c_ptr), value :: f
      integer(c_int64_t) :: count
    end function tariff_currencies

    function tariff_cells(f) bind(c, name='fastavs_tariff_cells') result(count)
      import :: c_int64_t, c_ptr
      type(c_ptr), value :: f
      integer(c_int64_t) :: count
    end function tariff_cells

    function tariff_pairs(f) bind(c, name='fastavs_tariff_pairs') result(count)
      import :: c_int64_t, c_ptr
      type(c_ptr), value :: f
      integer(c_int64_t) :: count
    end function tariff_pairs

    function tariff_pair(f, pair, cell, price) bind(c, name='fastavs_tariff_pair') result(missing)
      import :: c_int, c_int64_t, c_ptr
      type(c_ptr), value :: f
      integer(c_int64_t), value :: pair
      integer(c_int64_t), intent(inout) :: cell, price
      integer(c_int) :: missing
    end function tariff_pair

    function tariff_year(f, place) bind(c, name='fastavs_tariff_year') result(year)
      import :: c_int64_t, c_ptr
      type(c_ptr), value :: f
      integer(c_int64_t), value :: place
      integer(c_int64_t) :: year
    end function tariff_year

    function c_sector(f, place) bind(c, name='fastavs_tariff_sector') result(text)
      import :: c_int64_t, c_ptr
      type(c_ptr), value :: f
      integer(c_int64_t), value :: place
      type(c_ptr) :: text
    end function c_sector

    function c_region(f, place) bind(c, name='fastavs_tariff_region') result(text)
      import :: c_int64_t, c_ptr
      type(c_ptr), value :: f
      integer(c_int64_t), value :: place
      type(c_ptr) :: text
    end function c_region

    function c_currency(f, place) bind(c, name='fastavs_tariff_currency') result(text)
      import :: c_int64_t, c_ptr
      type(c_ptr), value :: f
      integer(c_int64_t), value :: place
      type(c_ptr) :: text
    end function c_currency

    function c_length(text) bind(c, name='strlen') result(length)
      import :: c_ptr, c_size_t
      type(c_ptr), value :: text
      integer(c_size_t) :: length
    end function c_length
  end interface

contains

  ! Read a saved function into memory. 0, or what tariff_message tells in words.
  function tariff_open(path, f) result(trouble)
    character(len=*), intent(in) :: path
    type(c_ptr), intent(out) :: f
    integer(c_int) :: trouble
    character(kind=c_char) :: letters(len_trim(path) + 1)
    integer :: i
    do i = 1, len_trim(path)
      letters(i) = path(i:i)
    end do
    letters(len_trim(path) + 1) = c_null_char
    trouble = c_open(letters, f)
  end function tariff_open

  subroutine tariff_close(f)
    type(c_ptr), intent(inout) :: f
    call c_close(f)
    f = c_null_ptr
  end subroutine tariff_close

  function tariff_message(trouble) result(text)
    integer(c_int), intent(in) :: trouble
    character(len=:), allocatable :: text
    text = to_text(c_message(trouble))
  end function tariff_message

  ! The names of a place, from 0; empty if there is no such place.
  function tariff_sector(f, place) result(text)
    type(c_ptr), intent(in) :: f
    integer(c_int64_t), intent(in) :: place
    character(len=:), allocatable :: text
    text = to_text(c_sector(f, place))
  end function tariff_sector

  function tariff_region(f, place) result(text)
    type(c_ptr), intent(in) :: f
    integer(c_int64_t), intent(in) :: place
    character(len=:), allocatable :: text
    text = to_text(c_region(f, place))
  end function tariff_region

  function tariff_currency(f, place) result(text)
    type(c_ptr), intent(in) :: f
    integer(c_int64_t), intent(in) :: place
    character(len=:), allocatable :: text
    text = to_text(c_currency(f, place))
  end function tariff_currency

  function to_text(words) result(text)
    type(c_ptr), intent(in) :: words
    character(len=:), allocatable :: text
    character(kind=c_char), pointer :: letters(:)
    integer(c_size_t) :: length, i
    if (.not. c_associated(words)) then
      text = ''
      return
    end if
    length = c_length(words)
    call c_f_pointer(words, letters, [length])
    allocate(character(len=length) :: text)
    do i = 1, length
      text(i:i) = letters(i)
    end do
  end function to_text

end module fastavs_tariff
