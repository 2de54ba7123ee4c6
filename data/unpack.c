/* Unpacking with libarchive. Only names of the form folder/file are taken, and written under the name `file`
 * alone: no archive can reach outside the target. */
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "data/download.h"

/* The file's name if the entry is a regular file directly in `folder`; NULL otherwise. */
static const char *wanted(struct archive_entry *entry, const char *folder)
{
    const char *path = archive_entry_pathname(entry);
    if (path == NULL || archive_entry_filetype(entry) != AE_IFREG)
        return NULL;
    if (strncmp(path, "./", 2) == 0)
        path += 2;
    size_t length = strlen(folder);
    if (strncmp(path, folder, length) != 0 || path[length] != '/')
        return NULL;
    const char *file = path + length + 1;
    return *file != '\0' && strchr(file, '/') == NULL && strcmp(file, "..") != 0 ? file : NULL;
}

static bool write_entry(const Download *download, struct archive *archive, const char *target,
                        const char *file)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", target, file);
    int out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (out < 0)
        return error_raise_errno(ERROR_IO, download->name, "cannot create %s", path) != NULL;
    bool written = archive_read_data_into_fd(archive, out) == ARCHIVE_OK;
    if (!written)
        error_raise(ERROR_FORMAT, download->name, "cannot unpack %s: %s", file,
                    archive_error_string(archive) ? archive_error_string(archive) : "damaged archive");
    if (written && fsync(out) != 0)
        written = error_raise_errno(ERROR_IO, download->name, "cannot write %s", path) != NULL;
    if (close(out) != 0 && written)
        written = error_raise_errno(ERROR_IO, download->name, "cannot write %s", path) != NULL;
    return written;
}

static bool unpack_all(const Download *download, struct archive *archive, const char *path,
                       const char *target)
{
    if (archive_read_open_filename(archive, path, 1 << 16) != ARCHIVE_OK)
        return error_raise(ERROR_FORMAT, download->name, "cannot unpack %s: %s", path,
                           archive_error_string(archive)) != NULL;
    struct archive_entry *entry;
    int status, files = 0;
    while ((status = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
        const char *file = wanted(entry, download->folder);
        if (file == NULL)
            continue;
        if (!write_entry(download, archive, target, file))
            return false;
        files++;
    }
    if (status != ARCHIVE_EOF)
        return error_raise(ERROR_FORMAT, download->name, "cannot unpack %s: %s", path,
                           archive_error_string(archive)) != NULL;
    if (files == 0)
        return error_raise(ERROR_FORMAT, download->name, "%s holds no folder %s", path, download->folder) !=
               NULL;
    return true;
}

bool data_unpack(const Download *download, const char *path, const char *target)
{
    struct archive *archive = archive_read_new();
    if (archive == NULL)
        return error_raise(ERROR_MEMORY, download->name, "out of memory") != NULL;
    archive_read_support_filter_all(archive);
    archive_read_support_format_tar(archive);
    bool unpacked = unpack_all(download, archive, path, target);
    archive_read_free(archive);
    return unpacked;
}
