/* Fetching an archive and unpacking one folder of it, all or nothing. Not installed. */
#ifndef TAPER_DATA_DOWNLOAD_H
#define TAPER_DATA_DOWNLOAD_H

#include <stdbool.h>

typedef struct Download {
    const char *name;   /* whose errors these are: "CIFAR10" */
    const char *url;    /* of a tar archive, compressed in any way that libarchive knows */
    const char *md5;    /* its checksum, 32 lower-case hexadecimal digits */
    const char *folder; /* the folder of the archive that is wanted */
} Download;

/* Makes root/folder out of the archive. Everything happens in root/.folder.partial, which is removed at the
 * end and, where a process was killed, by the next download; the folder appears by a rename, whole. Processes
 * that want the same folder wait for each other. Progress goes to stderr if that is a terminal. False after
 * an error, with root/folder as it was before. */
bool data_download_archive(const Download *download, const char *root);

/* Unpacks the regular files that lie directly in `folder` of the archive at `path` into the existing folder
 * `target`; whatever else the archive holds is passed over. False after an error. */
bool data_unpack(const Download *download, const char *path, const char *target);

#endif
