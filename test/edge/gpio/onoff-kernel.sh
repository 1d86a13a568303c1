#!/bin/bash
# A kernel for onoff, in a mount and UTS namespace of its own: /sys/class/gpio of files, and a driver that exports pins.
# The values of GPIO17 and GPIO27 are the host name and the domain name: files of the real kernel that report a change
# through epoll exactly as a GPIO's value file does (EPOLLPRI), which no regular file can.
set -e
mount -t tmpfs tmpfs /sys/class
GPIO=/sys/class/gpio
mkdir -p $GPIO/gpiochip512
echo pinctrl-bcm2711 > $GPIO/gpiochip512/label
echo 512 > $GPIO/gpiochip512/base
echo 58 > $GPIO/gpiochip512/ngpio
mkfifo $GPIO/export $GPIO/unexport

# No timeouts: bash throws away what it has read when one ends in the middle of a number.
export_pins() {
  while read -r -N 3 number; do
    pin=$GPIO/.new$number
    mkdir $pin
    echo in > $pin/direction
    echo none > $pin/edge
    echo 0 > $pin/active_low
    echo 0 > $pin/value
    case $number in
      529) mount --bind /proc/sys/kernel/hostname $pin/value ;;
      539) mount --bind /proc/sys/kernel/domainname $pin/value ;;
    esac
    mv $pin $GPIO/gpio$number
  done
}

unexport_pins() {
  while read -r -N 3 number; do
    mv $GPIO/gpio$number $GPIO/.old$number
    umount $GPIO/.old$number/value 2>/dev/null || true
    rm -rf $GPIO/.old$number
  done
}

export_pins <> $GPIO/export &
unexport_pins <> $GPIO/unexport &
"$@"
kill %1 %2
wait || true
