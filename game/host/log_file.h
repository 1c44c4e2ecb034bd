/* SPDX-License-Identifier: Apache-2.0 */
/* The log in a file, for whoever starts servers and does not keep what they print: an instance of a managed
 * fleet. */
#ifndef HOST_LOG_FILE_H
#define HOST_LOG_FILE_H

#include "settings.h"

/* With the setting log_folder, all that the program prints from now on goes to arena-PID.log in that folder,
 * and the setting log_file has the whole path, for scripts that tell GameLift which files to keep. False:
 * told on stderr. */
bool log_file_open(settings *all);

#endif
