#include "support/certificates.h"

#include <fmt/format.h>

#include <vector>

#include "support/child_process.h"

namespace dirlease::testing {

namespace {

std::vector<std::string> RequestCommand(const CertificateFiles& files,
                                        const std::string& common_name) {
  return {"/usr/bin/openssl", "req",     "-x509", "-newkey",         "ec",
          "-pkeyopt",         "ec_paramgen_curve:prime256v1",        "-nodes",
          "-days",            "2",       "-subj", "/CN=" + common_name,
          "-keyout",          files.key, "-out",  files.certificate};
}

}  // namespace

Certificates::Certificates(const std::string& authority_name) {
  RequireProgram(RequestCommand({.certificate = ca_file(), .key = folder_.File("ca.key")},
                                authority_name));
}

CertificateFiles Certificates::Issue(const std::string& common_name,
                                     const std::string& alternative_names) {
  const int number = ++issued_;
  const CertificateFiles files{.certificate = folder_.File(fmt::format("{}.pem", number)),
                               .key = folder_.File(fmt::format("{}.key", number))};
  std::vector<std::string> command = RequestCommand(files, common_name);
  for (const std::string& word :
       {std::string("-CA"), ca_file(), std::string("-CAkey"), folder_.File("ca.key"),
        std::string("-addext"), std::string("basicConstraints=critical,CA:FALSE"),
        std::string("-addext"), "subjectAltName=" + alternative_names}) {
    command.push_back(word);
  }
  RequireProgram(command);
  return files;
}

}  // namespace dirlease::testing
