/** The files of a Raspberry Pi 4 on Wi-Fi that the health readers look at, as the kernel prints them. */
export const RASPBERRY_PI_4: Record<string, string> = {
  '/proc/stat': 'cpu  1000 0 500 8000 500 0 0 0 0 0\ncpu0 250 0 125 2000 125 0 0 0 0 0\n',
  '/proc/loadavg': '0.41 0.32 0.20 1/180 4711\n',
  '/proc/uptime': '86400.25 300000.00\n',
  '/proc/meminfo':
    'MemTotal:        1893696 kB\nMemFree:          200000 kB\nMemAvailable:    1471488 kB\nSwapTotal:        102400 kB\nSwapFree:          92160 kB\n',
  '/proc/sys/kernel/random/boot_id': '5c1c3c3e-7b0a-4d8e-9a55-0d7f0f6a1b2c\n',
  '/proc/device-tree/model': 'Raspberry Pi 4 Model B Rev 1.4\0',
  '/proc/self/mountinfo':
    '21 1 179:2 / / rw,noatime shared:1 - ext4 /dev/root rw\n22 21 179:1 / /boot/firmware rw,relatime shared:2 - vfat /dev/mmcblk0p1 rw\n',
  '/proc/diskstats':
    ' 179       0 mmcblk0 5000 0 400000 9000 3000 0 292864 80000 0 0 0\n 179       1 mmcblk0p1 10 0 80 1 2 0 16 1 0 0 0\n 179       2 mmcblk0p2 4990 0 399920 8999 2998 0 292864 79999 0 0 0\n',
  '/proc/net/route':
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\nwlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\nwlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n',
  '/proc/net/wireless':
    'Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE\n face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22\n wlan0: 0000   52.  -58.  -256        0      0      0      0      0        0\n',
  '/sys/class/net/eth0/operstate': 'down\n',
  '/sys/class/net/wlan0/operstate': 'up\n',
  '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
  '/sys/class/thermal/thermal_zone0/temp': '51218\n',
  '/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq': '1500000\n',
  '/run/systemd/timesync/synchronized': '',
  '/var/lib/lares/edge.db': '',
}
